"""The landlord's file kept true from a phone: insurance, occupant, billing address, telephone.

# manual: ME16 ME18 ME20 ME29
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.appearances import PHONE, faults
from tests.browser.conftest import Visitor, sign_in, until

pytestmark = pytest.mark.browser
GPS = 0x8825
TODAY = datetime.now(UTC).date()


def a_photo() -> bytes:
    """Take a photo as a phone does, with where it was taken."""
    written = Image.Exif()
    written.get_ifd(GPS)[1] = "N"
    content = BytesIO()
    Image.new("RGB", (900, 1200), "#e8ecef").save(content, "JPEG", exif=written)
    return content.getvalue()


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


@dataclass(frozen=True)
class Story:
    """A browser, and what is typed in it; axe is a script, so it reads the pages where scripts run."""

    page: Page
    scripts: bool
    child: str
    street: str
    phone: str

    def check(self) -> None:
        if self.scripts:
            assert faults(self.page, [PHONE]) == {}


def renew_the_insurance(story: Story) -> None:
    page = story.page
    page.goto("/")
    page.get_by_role("link", name="Mise à jour de l’assurance").click()
    story.check()
    page.get_by_label("Assureur").fill("Mutuelle de l’Estuaire")
    page.get_by_label("Numéro de police").fill("MRH 12-B")
    page.get_by_label("Valable du").fill(day(0))
    page.get_by_label("Jusqu’au").fill(day(364))
    page.get_by_role("button", name="Continuer vers l’attestation").click()
    story.check()
    page.get_by_label("Choisissez le fichier").set_input_files(
        {"name": "IMG_2041.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    )
    page.get_by_role("button", name="Envoyer le fichier").click()
    until(lambda: _shows(page, "Votre fichier est bien arrivé"))
    story.check()
    page.goto("/contrat")
    expect(page.get_by_text("Nouvelle attestation à vérifier")).to_be_visible()


def _shows(page: Page, heading: str) -> bool:
    page.goto(page.url)
    return page.get_by_role("heading", name=heading).count() == 1


def add_an_occupant(story: Story) -> str:
    page = story.page
    page.goto("/contrat")
    page.get_by_role("link", name="Ajout - Nouvel occupant").last.click()
    story.check()
    page.get_by_label("Prénom et nom").fill(story.child)
    page.get_by_label("Date de naissance").fill(day(-3))
    page.get_by_label("Lien avec vous").select_option("Enfant")
    page.get_by_label("Date d’arrivée").fill(day(-1))
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Demande n°")
    story.check()
    return page.url.rsplit("/", 1)[1]


def change_the_billing_address(story: Story) -> None:
    page = story.page
    page.goto("/contrat")
    page.get_by_role("link", name="Changer l’adresse").click()
    story.check()
    page.locator("#voie").fill(story.street)
    page.locator("#code-postal").fill("17300")
    page.locator("#ville").fill("Rochefort")
    page.locator("form.form button").click()
    expect(page.get_by_text(story.street).first).to_be_visible()


def change_a_phone_number(story: Story) -> None:
    page = story.page
    page.goto("/informations-personnelles/coordonnees")
    story.check()
    page.locator("#telephone-mobile").fill(story.phone.replace(" ", ""))
    page.locator("form.form button").click()
    expect(page.get_by_text(story.phone)).to_be_visible()


@pytest.mark.parametrize(
    ("scripts", "child", "street", "phone"),
    [
        (True, "Sarah D’Aubigné", "3, quai aux Vivres", "07 56 78 90 12"),
        (False, "Noé D’Aubigné", "8, rue Toufaire", "06 98 76 54 32"),
    ],
    ids=["with scripts", "without scripts"],
)
def test_a_tenant_keeps_the_file_true_from_a_phone(
    visitor: Visitor, scripts: bool, child: str, street: str, phone: str
) -> None:
    story = Story(visitor(viewport=PHONE, java_script_enabled=scripts), scripts, child, street, phone)
    page = story.page
    sign_in(page)

    renew_the_insurance(story)
    number = add_an_occupant(story)
    change_the_billing_address(story)
    change_a_phone_number(story)

    page.goto("/")
    for done in (
        "Attestation d’assurance envoyée",
        f"Demande n°\u00a0{number}",
        "Adresse de facturation modifiée",
        "Coordonnées modifiées",
    ):
        expect(page.get_by_text(done).first).to_be_visible()
    page.goto("/demandes")
    expect(page.get_by_text(number)).to_be_visible()
    expect(page.get_by_text("MAJ OCCUPANTS").first).to_be_visible()


def test_a_file_that_cannot_be_taken_is_told_before_it_leaves_or_after(
    visitor: Visitor, tmp_path: Path
) -> None:
    story = Story(visitor(viewport=PHONE), True, "", "", "")
    page = story.page
    sign_in(page)
    page.goto("/contrat/assurance")
    page.get_by_label("Assureur").fill("Mutuelle de l’Estuaire")
    page.get_by_label("Numéro de police").fill("MRH 12-B")
    page.get_by_label("Valable du").fill(day(0))
    page.get_by_label("Jusqu’au").fill(day(364))
    page.get_by_role("button", name="Continuer vers l’attestation").click()
    chosen, send = (
        page.get_by_label("Choisissez le fichier"),
        page.get_by_role("button", name="Envoyer le fichier"),
    )
    form = page.url
    for name, size, said in (
        ("attestation.pdf", 10_000_001, "Ce fichier dépasse 10 Mo."),
        ("attestation.docx", 1, "Ce n’est ni un PDF ni une photo"),
    ):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
        chosen.set_input_files(tmp_path / name)
        send.click()
        expect(page.get_by_role("alert").get_by_text(said)).to_be_visible()
        assert page.url == form
    story.check()

    chosen.set_input_files({"name": "attestation.pdf", "mimeType": "application/pdf", "buffer": b"no PDF"})
    send.click()
    until(lambda: _shows(page, "Votre fichier n’a pas été accepté"))
    page.get_by_role("button", name="Recommencer").click()
    expect(chosen).to_be_visible()
    assert page.url != form
