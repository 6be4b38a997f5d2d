"""Words and ranks without a database: what counts as the same word, and what stands before what."""

from collections import Counter

import pytest

from nutrients.search.ranking import Found, best_first, head_words, part_stems, place
from nutrients.search.words import Term, Vocabulary, readings, stem, words_of


@pytest.fixture
def vocabulary():
    told = "banana broccoli yogurt milk butter buttermilk peanut orange oatmeal eggplant chicken potato"
    return Vocabulary("now", Counter(told.split()))


def meant(query, vocabulary):
    return [[term.stem for term in reading.terms] for reading in readings(query, vocabulary)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("berry", "berries"),
        ("tomato", "tomatoes"),
        ("cookie", "cookies"),
        ("peach", "peaches"),
        ("cheese", "cheeses"),
        ("glass", "glasses"),
        ("egg", "eggs"),
        ("Crème", "creme"),
        ("Kellogg's", "kelloggs"),
        ("Smørrebrød", "smorrebrod"),
    ],
)
def test_forms_of_one_word_are_the_same(one, other):
    assert [stem(w) for w in words_of(one)] == [stem(w) for w in words_of(other)]


def test_words_of_any_script_are_letters_and_digits_that_every_database_takes_for_letters():
    assert words_of("味噌 miso") == ["x5473x564c", "miso"]  # U+5473 U+564C


@pytest.mark.parametrize(("one", "other"), [("hummus", "hummu"), ("couscous", "couscou"), ("bass", "bas")])
def test_an_s_that_is_no_plural_stays(one, other):
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("slip", "word"),
    [
        ("bananna", "banana"),
        ("brocoli", "broccoli"),
        ("yogrut", "yogurt"),
        ("chiken", "chicken"),
        ("potatoe", "potato"),
    ],
)
def test_a_slip_of_the_keyboard_is_understood(slip, word, vocabulary):
    assert stem(word) in {
        each for term in readings(slip, vocabulary)[0].terms for each in (term.stem, *term.also)
    }


def test_a_short_word_is_never_corrected(vocabulary):
    assert vocabulary.corrections("mik") == ()


def test_a_word_that_begins_another_is_not_corrected(vocabulary):
    assert readings("bana", vocabulary)[0].terms == (Term("bana", "bana", open=True, known=False),)


def test_a_finished_word_is_not_the_beginning_of_another(vocabulary):
    assert readings("butter ", vocabulary)[0].terms[0].open is False
    assert readings("butter", vocabulary)[0].terms[0].open is True


def test_the_word_as_typed_is_kept_beside_its_correction(vocabulary):
    # It may be a word of the person's own foods, which the vocabulary does not have.
    term = readings("bananna", vocabulary)[0].terms[0]
    assert (term.typed, term.also) == ("bananna", ("banana",))


def test_a_synonym_stands_instead_of_the_word_and_the_word_itself_comes_last(vocabulary):
    said = meant("aubergine", vocabulary)
    assert (said[0], said[-1]) == (["eggplant"], ["aubergin"])


def test_a_misspelt_synonym_is_understood(vocabulary):
    assert meant("yoghrut", vocabulary)[0] == ["yogurt"]


def test_two_words_run_together_are_two_words(vocabulary):
    assert meant("peanutbutter", vocabulary)[0] == ["peanut", "butter"]


def test_a_word_torn_apart_is_one_word_too(vocabulary):
    assert ["buttermilk"] in meant("butter milk", vocabulary)


def test_small_words_are_left_out_unless_there_are_no_others(vocabulary):
    assert meant("butter and milk", vocabulary)[0] == ["butter", "milk"]
    assert meant("with", vocabulary)[0] == ["with"]


def test_the_head_of_a_name_ends_before_what_it_was_made_with():
    assert head_words("Macaroni or noodles with cheese, made from packaged mix") == [
        "macaroni",
        "or",
        "noodles",
    ]
    assert head_words("Fish, salmon, raw") == ["fish", "salmon"]


def test_what_is_not_specified_comes_last_in_the_parts():
    assert (
        part_stems("Egg, whole, cooked, NS as to cooking method")
        == "egg,whol,cooked,~ ns as to cooking method"
    )


def test_plain_stands_before_qualified_and_often_eaten_before_both():
    plain = place("Banana, raw", "Bananas", 0, "")
    assert (
        place("Banana, raw", "Bananas", 0, "daily")
        < plain
        < place("Banana, dried, sweetened", "Bananas", 0, "")
    )
    assert plain < place("Banana, raw", "Bananas", 2, "")


def test_raw_meat_stands_behind_cooked_and_raw_fruit_does_not():
    assert place("Fish, salmon, raw", "Fish", 0, "") > place("Fish, salmon, cooked", "Fish", 0, "")
    assert place("Apple, raw", "Apples", 0, "") <= place("Apple, baked", "Apples", 0, "")


def test_of_two_equal_foods_the_one_indexed_first_comes_first(vocabulary):
    said = readings("milk", vocabulary)
    found = [Found("b", 0, "milk", "", False, 2), Found("a", 0, "milk", "", False, 1)]
    assert best_first(found, said, {}) == ["a", "b"]


def test_a_thing_stands_before_what_is_made_of_it(vocabulary):
    said = readings("butter", vocabulary)
    found = [
        Found("peanut butter", 0, "peanut butter", "", False, 1),
        Found("buttermilk", 0, "buttermilk", "", False, 2),
        Found("pancake", 0, "pancak", "butter milk", False, 3),
        Found("butter", 5, "butter,stick", "", False, 4),
    ]
    assert best_first(found, said, {}) == ["butter", "buttermilk", "peanut butter", "pancake"]


def test_a_food_without_one_of_the_words_is_left_out_unless_the_search_is_relaxed(vocabulary):
    said = readings("butter banana", vocabulary)
    found = [Found("butter", 0, "butter", "", False, 1), Found("tea", 0, "tea", "", False, 2)]
    assert best_first(found, said, {}) == []
    assert best_first(found, said, {}, relaxed=True) == ["butter"]
