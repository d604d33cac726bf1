"""The last resort: what a caller hears when everything else has failed.

It needs no directory, no key, no catalogue and no import, so that nothing can be wrong with it. It names the European
emergency number in the first languages and leads back to the menu. `fanal doctor --fallback` prints the same words for
a document that the carrier hosts itself, for the day our own machines are gone.
"""

SENTENCES = (
    ("en-GB", "In danger now: hang up and dial 1 1 2. Please stay on the line."),
    ("fr-FR", "En danger : raccrochez et faites le 1 1 2. Restez en ligne."),
    ("ro-RO", "În pericol: închideți și sunați la 1 1 2. Rămâneți pe linie."),
    ("nl-NL", "In gevaar: hang op en bel 1 1 2. Blijf aan de lijn."),
    ("de-DE", "In Gefahr: auflegen und 1 1 2 wählen. Bleiben Sie dran."),
    ("it-IT", "In pericolo: riagganci e chiami l'1 1 2. Resti in linea."),
    ("hu-HU", "Veszélyben: tegye le, és hívja az 1 1 2-t. Maradjon vonalban."),
    ("es-ES", "En peligro: cuelgue y llame al 1 1 2. No cuelgue si no hay peligro."),
)
"""Drafts, like the catalogues, until native speakers have read them."""


def lifeline(menu_address: str) -> str:
    """Return the TwiML: the emergency number in every first language, then the menu at `menu_address` once more."""
    address = menu_address.replace("&", "&amp;").replace("<", "&lt;")
    said = "".join(f'<Say language="{tag}">{words}</Say>' for tag, words in SENTENCES)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Response>{said}<Redirect method="POST">{address}</Redirect></Response>'
    )
