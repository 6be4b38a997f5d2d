"""Red-flag cards through the verbs that people's doors call."""

import pytest
from django.contrib.auth import get_user_model

from journal import entries
from journal.models import Advice, Diarist


@pytest.fixture
def alice(db):
    return Diarist.objects.create(user=get_user_model().objects.create(username="alice"))


def test_a_ticked_sign_is_answered_by_the_save_itself(alice):
    cramp = entries.log_spasm(alice, site="calf", signs=["not_easing_10_min", "leg_cold_pale_numb"])

    assert [card.rule for card in cramp.red_flags] == ["R10", "R09"]
    assert {card.revision for card in cramp.red_flags} == {cramp.revision}
    assert Advice.objects.of(alice).count() == 2
