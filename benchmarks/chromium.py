"""Chromium as a server would print with it: one warm browser, a page for each paper (« navigateur »)."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
TICKS = os.sysconf("SC_CLK_TCK")
STYLE = """
@page { size: A4; margin: 14mm 20mm 24mm }
body { font: 10pt 'Source Sans 3', 'DejaVu Sans', sans-serif; color: #1b2733; margin: 0 }
h1 { font-size: 23pt; color: #12355b; margin: 12mm 0 3mm } h2 { font-size: 11.5pt; color: #0b6e78 }
.window { position: absolute; left: 90mm; top: 43mm }
.panel { display: flex; gap: 5mm; background: #eef3f6; padding: 4mm }
table { width: 100%; border-collapse: collapse } td, th { padding: 1.6mm 3.5mm; text-align: left }
thead { background: #12355b; color: #fff }
.total { background: #0b6e78; color: #fff } .sum { background: #eef3f6 }
td:last-child { text-align: right }
.note { background: #eef3f6; border-left: 2pt solid #0b6e78; padding: 3mm 4mm }
"""


class Printer:
    """A running browser, and what its processes have spent."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser

    def print(self, values: Mapping[str, Any]) -> bytes:
        """Print a rent notice as a tagged PDF."""
        page = self._browser.new_page()
        try:
            page.set_content(page_of(values))
            printed = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
        finally:
            page.close()
        assert isinstance(printed, bytes)
        return printed

    def cpu_seconds(self) -> float:
        """Sum user and system time of the browser's processes, ended ones too; not of what drives it."""
        return sum(_spent(process) for process in _browser_processes()) / TICKS


@contextmanager
def chromium_printer() -> Iterator[Printer | None]:
    """Start Debian's Chromium, if it is there."""
    if (program := shutil.which("chromium")) is None:
        yield None
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield Printer(browser)
        finally:
            browser.close()


def page_of(values: Mapping[str, Any]) -> str:
    """Write the page that says what our notice says."""
    landlord = values["landlord"]
    rows = "".join(
        f'<tr class="{row["role"]}"><td>{escape(row["label"])}<td>{escape(row["beside"])}'
        f"<td>{row['amounts'][0]}"
        for row in values["rows"]
    )
    window = "<br>".join(escape(line) for line, _ in values["addressee"])
    return f"""<!doctype html><html lang="fr"><title>Avis d’échéance {values["number"]}</title>
<style>{STYLE}</style>
<p><b>{landlord["name"]}</b><br>{landlord["legal_form"]}<p>{"<br>".join(landlord["address"])}<br>{landlord["phone"]}
<p>Référence client <b>{values["client"]}</b><br>Contrat <b>{values["lease"]}</b>
<br>Numéro {values["number"]}
<p class="window">{window}<h1>Avis d’échéance</h1><p>{values["period"]}
<div class="panel"><p>Net à payer<br><b>{values["to_pay"]}</b><p>Date limite<br><b>{values["due_on"]}</b>
<p>Logement<br><b>{values["dwelling"]["description"]}</b><br>{values["dwelling"]["address"]}</div>
<h2>Détail des sommes</h2><table><thead><tr><th>Libellé<th>Précision<th>Montant<tbody>{rows}</table>
<h2>Comment payer</h2><ul><li>Par carte bancaire, sur {landlord["website"]}, rubrique Paiement.
<li>Par prélèvement automatique, à demander sur le portail ou à l’agence.
<li>Par virement à {landlord["creditor_name"]}, avec la référence <b>{values["transfer_reference"]}</b> :
IBAN <b>{landlord["iban"]}</b>, BIC {landlord["bic"]}
<li>Sans internet : par téléphone au {landlord["phone"]}, à l’agence, ou par chèque.</ul>
<div role="img" aria-label="Code QR" style="width:27mm">{values["qr"]}</div>
<p class="note"><b>Cet avis n’est pas une quittance</b>, et il est gratuit. La quittance vous est remise,
gratuitement aussi, quand le mois est payé en entier. <b>Une difficulté pour payer ?</b>
Appelez-nous au {landlord["phone"]}.
<footer>{landlord["name"]}, SIREN {landlord["siren"]}, {", ".join(landlord["address"])}</footer>"""


def _browser_processes() -> Iterator[list[str]]:
    """Give the fields of each process under this one that runs Chromium, and of Chromium's own."""
    fields = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (folder / "stat").read_text(encoding="utf-8").rpartition(")")
        except OSError:
            continue  # it ended meanwhile
        fields[int(folder.name)] = [name.partition("(")[2], *rest.split()]
    for process, found in fields.items():
        if found[0].startswith("chrom") and _is_under(process, os.getpid(), fields):
            yield found


def _is_under(process: int, ancestor: int, fields: Mapping[int, list[str]]) -> bool:
    while process in fields and process != ancestor:
        process = int(fields[process][2])
    return process == ancestor


def _spent(fields: list[str]) -> int:
    """Sum the clock ticks of a process and of those that it has waited for (proc(5), fields 14 to 17)."""
    return sum(int(fields[number]) for number in (12, 13, 14, 15))
