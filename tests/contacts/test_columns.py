"""Columns: what a heading says its column holds, in whatever language, and what a person says of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.contacts.table.columns import MAX_COLUMNS, ColumnChoices, Columns, assign, chosen
from newsletter.contacts.table.headings import role_of
from newsletter.errors import AudienceError, UsageError

ADDRESSES = [
    "email", "E-mail", "EMAIL ADDRESS", "e_mail", "eMail", "emailAddress", "Ｅｍａｉｌ",
    "E-mail 1 - Value", "E-mail 2 - Value", "Subscriber Email", "user_email", "Email Address (primary)",
    "Your e-mail *", "What is your email address?", "Email (required)", "Billing Email",
    "Correo electrónico", "Dirección de correo electrónico", "Correo", "E-mail do assinante",
    "Endereço de e-mail", "Correio eletrónico", "Adresse e-mail", "Adresse électronique", "Courriel",
    "Adresse de messagerie", "Votre adresse e-mail", "Mél", "E-Mail-Adresse", "Mailadresse",
    "Emailadresse", "Indirizzo e-mail", "Posta elettronica", "E-mailadres", "Adres e-mail",
    "Poczta elektroniczna", "E-postadress", "E-mailadresse", "E-postadresse", "Sähköpostiosoite",
    "E-posta adresi", "E-mailová adresa", "E-mail cím", "Adresă de email", "Электронная почта",
    "Адрес электронной почты", "эл. почта", "E-mail адрес", "Електронна пошта", "Ηλεκτρονικό ταχυδρομείο",
    "Διεύθυνση email", "メールアドレス", "Eメール", "Email アドレス", "邮箱", "电子邮件地址", "電子郵件",
    "Email地址", "이메일", "이메일 주소", "البريد الإلكتروني", "الإيميل", "דואר אלקטרוני", "דוא״ל",
    'דוא"ל', "ईमेल", "ई-मेल", "ایمیل", "پست الکترونیکی",
    "อีเมล",
]  # fmt: skip
OTHERS = [
    "Email subscriber status", "Email opt-in", "E-mail 1 - Type", "E-mail 1 - Label", "email_verified",
    "Email count", "last_email_sent", "E-mail Display Name", "E-Mail-Typ", "Email domain",
    "Email permission", "Accepts Email Marketing", "Opened emails", "Email valid", "email_disabled",
    "Email frequency", "Referrer email", "Mailing list", "Mailing address", "Postal address", "Address",
    "Dirección", "Correo postal", "Código postal", "Posta kodu", "Adresse", "User", "Username",
    "Company name", "Middle Name", "Phonetic First Name", "Name Prefix", "Nickname", "Last contact",
    "Last changed", "Plan name", "Zip", "E", "1", "block_group", "", "-", "@", "🌸",
]  # fmt: skip


def columns(header: str, *, given: tuple[str, ...] = (), ignored: tuple[str, ...] = ()) -> Columns:
    return assign(header.split(","), chosen(given, ignored), file="readers.csv", line=1)


def filled(header: str) -> dict[str, str]:
    """Return what each column that is not of addresses fills, by its heading."""
    cells, found = header.split(","), columns(header)
    return {cells[place]: name for place, name in found.fills}


@pytest.mark.parametrize("heading", ADDRESSES)
def test_a_heading_of_addresses_is_known_by_its_words(heading: str) -> None:
    assert role_of(heading) == "email"


@pytest.mark.parametrize("heading", OTHERS)
def test_a_heading_about_addresses_or_names_is_neither(heading: str) -> None:
    assert role_of(heading) == ""


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        ("Email,First Name,Last Name", ["first_name", "last_name"]),
        ("E-Mail,Vorname,Nachname", ["first_name", "last_name"]),
        ("E-Mail,Vorname,Name", ["first_name", "last_name"]),
        ("Email,Voornaam,Naam", ["first_name", "last_name"]),
        ("Email,Nombre", ["name"]),
        ("Email,Nombre,Apellidos", ["first_name", "last_name"]),
        ("Email,Nombre y apellidos", ["name"]),
        ("Email,Nom", ["name"]),
        ("Email,Nom,Prénom", ["last_name", "first_name"]),
        ("Email,Nome,Cognome", ["first_name", "last_name"]),
        ("Email,Imię,Nazwisko", ["first_name", "last_name"]),
        ("Email,Имя,Фамилия", ["first_name", "last_name"]),
        ("Email,ФИО", ["name"]),
        ("Email,姓,名", ["last_name", "first_name"]),
        ("Email,氏名", ["name"]),
        ("Email,Name,Given Name,Family Name", ["name", "first_name", "last_name"]),
        ("Email,Name (First),Name (Last)", ["first_name", "last_name"]),
        ("Email,First,Last", ["first_name", "last_name"]),
        ("Email,display_name", ["name"]),
        ("Email,FNAME,LNAME", ["first_name", "last_name"]),
        ("Email,Adı,Soyadı", ["first_name", "last_name"]),
        ("Email,First Name,Name", ["first_name", "name"]),
    ],
)
def test_names_are_known_by_their_words_and_by_what_else_the_list_has(header: str, roles: list[str]) -> None:
    assert list(filled(header).values()) == roles


def test_of_several_columns_of_addresses_the_readers_own_comes_first() -> None:
    assert columns("E-mail 2 - Value,Other email,name,E-mail 1 - Value").addresses == (3, 0, 1)
    assert columns("Work email,email").addresses == (1, 0)


def test_our_own_names_go_before_words_that_mean_the_same() -> None:
    assert filled("email,family_name,last_name,display_name,name") == {
        "family_name": "family_name",
        "last_name": "last_name",
        "display_name": "display_name",
        "name": "name",
    }


def test_a_column_without_a_heading_is_no_field() -> None:
    found = columns(",email,, ,name,")
    assert (found.fills, found.unnamed) == (((4, "name"),), (0, 2, 3, 5))


def test_columns_beyond_the_bound_are_left_out_but_never_an_address_or_a_name() -> None:
    found = columns(",".join([f"c{n}" for n in range(2_000)] + ["First name", "status", "E-Mail"]))
    assert found.addresses == (2_002,)
    assert {"first_name", "status"} <= {name for _, name in found.fills}
    assert len(found.fills) + len(found.addresses) == MAX_COLUMNS
    assert len(found.beyond) == 2_003 - MAX_COLUMNS


def test_what_a_person_says_of_a_column_goes_before_its_heading() -> None:
    found = columns("email,Kontakt,Ort,Vorname,junk", given=("kontakt=email", "Ort=city", "Vorname=nick"))
    assert found.addresses == (1, 0)
    assert found.attributes == {"Ort": "city", "Vorname": "nick", "junk": "junk"}
    found = columns("email,Kontakt,junk", given=("Kontakt=name",), ignored=("JUNK",))
    assert (found.fills, list(found.ignored)) == (((1, "name"),), ["junk"])


def test_a_heading_may_hold_an_equals_sign() -> None:
    assert columns("a=b,email", given=("a=b=city",)).attributes == {"a=b": "city"}


def test_a_choice_of_no_column_names_the_nearest() -> None:
    with pytest.raises(AudienceError, match="no column “Kontact”") as caught:
        columns("email,Kontakt", given=("Kontact=city",))
    assert "Kontakt" in caught.value.hint
    assert (caught.value.file, caught.value.line) == ("readers.csv", 1)
    with pytest.raises(AudienceError, match="no column") as caught:
        columns("email,Kontakt", ignored=("xyz",))
    assert "“email”, “Kontakt”" in caught.value.hint


@pytest.mark.parametrize(
    "choice",
    [
        "Kontakt",
        "=email",
        "Kontakt=",
        "Kontakt=e mail",
        "Kontakt=Ort",
        "Kontakt=unsubscribe_url",
        "Kontakt=ö",
    ],
)
def test_a_choice_that_cannot_be_is_wrong_usage(choice: str) -> None:
    with pytest.raises(UsageError):
        chosen([choice], [])


def test_two_columns_cannot_be_one_name_and_one_cannot_be_taken_and_ignored() -> None:
    with pytest.raises(UsageError, match="Two columns"):
        chosen(["a=name", "b=name"], [])
    with pytest.raises(UsageError, match="both taken and ignored"):
        columns("email,a", given=("a=city",), ignored=("a",))


@given(st.lists(st.text(max_size=20), max_size=30))
def test_any_header_has_columns_and_no_field_is_filled_twice(header: list[str]) -> None:
    found = assign(header, ColumnChoices(), file="readers.csv", line=1)
    names = [name for _, name in found.fills]
    assert len(set(names)) == len(names)
    places = [place for place, _ in found.fills]
    assert not set(places) & {*found.addresses, *found.unnamed}
