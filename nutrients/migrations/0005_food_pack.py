
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('nutrients', '0004_own_food_revisions'),
    ]

    operations = [
        migrations.CreateModel(
            name='FoodPack',
            fields=[
                ('number', models.BigAutoField(primary_key=True, serialize=False)),
                ('version', models.CharField(help_text='Of its SHA-256: the same foods, the same version.', max_length=32)),
                ('foods', models.PositiveIntegerField()),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'food pack',
                'verbose_name_plural': 'food packs',
                'ordering': ['number'],
                'indexes': [models.Index(fields=['version'], name='nutrients_f_version_237119_idx')],
            },
        ),
        migrations.CreateModel(
            name='PackedFood',
            fields=[
                ('food_id', models.UUIDField(help_text='No foreign key: a food that is gone stays here.', primary_key=True, serialize=False)),
                ('source', models.CharField(choices=[('fndds', 'USDA FNDDS 2021-2023'), ('sr28', 'USDA SR28'), ('off', 'Open Food Facts'), ('own', 'own food'), ('recipe', 'own recipe')], max_length=8)),
                ('source_code', models.CharField(max_length=40)),
                ('digest', models.CharField(blank=True, help_text='Of its line; empty: it is gone.', max_length=32)),
                ('pack', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changed', to='nutrients.foodpack')),
            ],
            options={
                'verbose_name': 'packed food',
                'verbose_name_plural': 'packed foods',
            },
        ),
    ]
