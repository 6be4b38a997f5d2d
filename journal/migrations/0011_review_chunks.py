import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0010_account_events'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReviewChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('time_zone', models.CharField(max_length=64, verbose_name='time zone')),
                ('day_start', models.TimeField(verbose_name='a day starts at')),
                ('day', models.DateField(help_text='The diary day that began there.', verbose_name='day')),
                ('number', models.PositiveIntegerField(help_text='Within that day of that zone.', verbose_name='number')),
                ('first_id', models.PositiveBigIntegerField()),
                ('last_id', models.PositiveBigIntegerField()),
                ('due', models.PositiveIntegerField(verbose_name='diaries')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='done')),
                ('failed', models.PositiveIntegerField(default=0, help_text='Diaries whose review ended in an error; the log says which.', verbose_name='failed')),
                ('planned_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='planned')),
                ('holder', models.UUIDField(help_text='Names one taking of it by one worker.', null=True)),
                ('held_until', models.DateTimeField(help_text='Pushed further while its worker lives.', null=True, verbose_name='held until')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
            ],
            options={
                'verbose_name': "part of a night's review",
                'verbose_name_plural': "parts of a night's review",
                'ordering': ['planned_at', 'pk'],
            },
        ),
        migrations.AddIndex(
            model_name='reviewchunk',
            index=models.Index(condition=models.Q(('finished_at', None)), fields=['planned_at', 'id'], name='review_chunk_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='reviewchunk',
            constraint=models.UniqueConstraint(fields=('time_zone', 'day_start', 'day', 'number'), name='review_chunk_once'),
        ),
    ]
