"""Settings: newsletter.toml, then the environment; what is misspelt is said with the nearest name."""

from pathlib import Path

import pytest

from newsletter.config import load_settings
from newsletter.errors import SettingsError


def _write(folder: Path, text: str) -> Path:
    (folder / "newsletter.toml").write_text(text)
    return folder


def test_the_file_of_the_folder_or_the_nearest_above_it_is_read(tmp_path: Path) -> None:
    _write(tmp_path, '[publication]\nname = "Above"\n')
    below = tmp_path / "issues" / "deep"
    below.mkdir(parents=True)
    assert load_settings(start=below).publication.name == "Above"


def test_without_a_file_the_editor_is_told_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="newsletter init"):
        load_settings(start=tmp_path)


def test_one_word_in_place_of_a_list_is_said_in_an_editors_terms(tmp_path: Path) -> None:
    _write(tmp_path, '[checks]\nignore = "link-vague"\n')
    with pytest.raises(SettingsError, match=r"ignore: Input should be a list, as .* \(it is 'link-vague'\)"):
        load_settings(start=tmp_path)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, "[delivery]\nthreads = 2\nbatch_size = 10\n")
    monkeypatch.setenv("NEWSLETTER_DELIVERY__THREADS", "7")
    settings = load_settings(start=tmp_path)
    assert (settings.delivery.threads, settings.delivery.batch_size) == (7, 10)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[publicaton]\n", "Did you mean publication?"),
        ("[delivery]\nbatchsize = 3\n", "Did you mean batch_size?"),
        ("[delivery]\nbatch_size = 1001\n", "batch_size"),
        ('[delivery]\nprovider = "carrier pigeon"\n', "provider"),
        ('[delivery]\nsendgrid_host = "http://api.sendgrid.com"\n', "loopback only"),
        ('[publication]\ntime_zone = "Mars/Olympus"\n', "Europe/Lisbon"),
        ('[publication]\nsite_url = "news.example.org"\n', "base URL"),
        ("[delivery\n", "not TOML"),
        ("publication = 3\n", "is a section"),
    ],
)
def test_a_wrong_setting_is_said_with_its_file_and_what_was_meant(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(start=_write(tmp_path, text))
    assert said in str(caught.value)
    assert "newsletter.toml" in str(caught.value)


def test_a_misspelt_name_in_the_environment_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_DELIVERY__THREDS", "3")
    with pytest.raises(SettingsError, match="Did you mean NEWSLETTER_DELIVERY__THREADS"):
        load_settings(start=_write(tmp_path, ""))


@pytest.mark.parametrize("name", ["api_key", "sendgrid_api_key", "secret_key"])
def test_a_secret_in_the_file_is_refused_and_not_printed(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(start=_write(tmp_path, f'[delivery]\n{name} = "SG.hunter2.x"\n'))
    assert "environment alone" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_secrets_never_show_in_a_repr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.hunter2.x")
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", "hunter2-too")
    monkeypatch.setenv("NEWSLETTER_SECRET_KEYS_OLD", "hunter2-before,hunter2-long-before")
    assert "hunter2" not in repr(load_settings(start=_write(tmp_path, "")))


@pytest.mark.parametrize(
    ("host", "identity", "stays"),
    [
        ("", "sendgrid", False),
        ("https://api.eu.sendgrid.com", "sendgrid", False),
        ("http://127.0.0.1:8025", "sendgrid on loopback", True),
        ("https://127.evil.example", "sendgrid at 127.evil.example", False),
        ("https://relay.example.net", "sendgrid at relay.example.net", False),
    ],
)
def test_whose_acceptance_counts_is_clear(tmp_path: Path, host: str, identity: str, stays: bool) -> None:
    text = f'[delivery]\nprovider = "sendgrid"\nsendgrid_host = "{host}"\n'
    settings = load_settings(start=_write(tmp_path, text))
    assert (settings.provider_identity, settings.stays_here) == (identity, stays)


def test_a_relative_database_lies_next_to_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, '[database]\nurl = "sqlite:///data/list.db?timeout=3"\n')
    monkeypatch.chdir("/")
    assert load_settings(tmp_path / "newsletter.toml").database_url == (
        f"sqlite:///{tmp_path}/data/list.db?timeout=3"
    )


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("NEWSLETTER_PUBLICATION", '{"name": "Whole", "language": "pt"}', ("Whole", "pt")),
        ("newsletter_publication__name", "In small letters", ("In small letters", "en")),
        ("NEWSLETTER_PUBLICATION__NAME", " £ = “a” # b ", (" £ = “a” # b ", "en")),
        ("NEWSLETTER_PUBLICATION__NAME", "", ("", "en")),
    ],
)
def test_the_environment_holds_a_value_or_a_whole_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, expected: tuple[str, str]
) -> None:
    monkeypatch.setenv(name, text)
    own = load_settings(start=_write(tmp_path, '[publication]\nname = "Of the file"\n')).publication
    assert (own.name, own.language) == expected


def test_lists_and_tables_in_variables_are_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_LABELS__NOW", '["Now", "Today"]')
    monkeypatch.setenv("NEWSLETTER_APPROVAL__APPROVERS", '{"ana": "key"}')
    settings = load_settings(start=_write(tmp_path, ""))
    assert settings.labels.now == ("Now", "Today")
    assert settings.approval.approvers == {"ana": "key"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("NEWSLETTER_LABELS__NOW", "Now", '["first", "second"]'),
        ("NEWSLETTER_LABELS__NOW", '{"a": 1}', '["first", "second"]'),
        ("NEWSLETTER_APPROVAL__APPROVERS", "ana", '{"name": "value"}'),
        ("NEWSLETTER_PUBLICATION", "[1]", '{"name": "value"}'),
        ("NEWSLETTER_DELIVERY__THREADS", "many", "threads"),
        ("NEWSLETTER_PUBLICATION", '{"nam": "Letter"}', "nam"),
    ],
)
def test_what_the_environment_holds_wrongly_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, said: str
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(start=_write(tmp_path, ""))
    assert said in str(caught.value)
