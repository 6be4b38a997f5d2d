from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("journal", "0013_fewer_indexes")]

    operations = [
        # Of one diarist there are few cards: the index by rule finds them as well.
        migrations.RemoveIndex("advice", "journal_adv_diarist_6c1b50_idx"),
    ]
