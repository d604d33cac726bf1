"""A small directory for tests, as the texts of its files, with numbers that are reserved for fiction.

`FILES` loads without a fault. `changed` returns the files with one passage replaced, to make a fault on purpose.
"""

from __future__ import annotations

NEEDS = """\
general: crime
emergency: emergency
audiences: [anyone, children, women]
needs:
  - id: crime
    shown: always
    audience: anyone
    neighbours: [support]
  - id: children
    shown: always
    audience: children
    neighbours: [support]
  - id: support
    shown: where_served
    audience: anyone
    neighbours: []
  - id: emergency
    shown: never
    audience: anyone
    neighbours: []
"""

BRITAIN = """\
country: GB
calling_code: "44"
timezone: Europe/London
languages: [en, pl]
fallback:
  children: [support, crime]
helplines:
  - id: gb-crime
    kind: helpline
    name: {en: Line for crime, fr: Ligne pour le crime}
    needs: [crime]
    audience: [anyone]
    languages: [en, pl]
    hours: "Mo-Fr 09:00-17:00; PH off"
    exceptions:
      - {date: 2026-12-24, hours: "09:00-12:00", reason: Christmas Eve}
    numbers:
      - {say: "020 7946 0001", dial: "+442079460001", from: anywhere}
    cost: standard
    anonymous: "yes"
    source: {file: a letter, date: 2026-01-02, quote: "Ring us on 020 7946 0001."}
    checked: 2026-10-01
  - id: gb-children
    kind: helpline
    name: {en: Line for children, fr: Ligne pour enfants}
    needs: [children, support]
    audience: [children]
    hours: unknown
    numbers:
      - {say: "020 7946 0004", dial: "+442079460004", from: national}
      - {say: "+44 20 7946 0002", dial: "+442079460002", from: abroad}
    cost: free
    anonymous: unknown
    source: {file: a letter, date: null, quote: "For children."}
    checked: null
    note: Nobody has said when it answers.
  - id: gb-999
    kind: emergency
    name: {en: Emergency services, fr: Services d'urgence}
    needs: [emergency]
    audience: [anyone]
    hours: "24/7"
    numbers:
      - {say: "999", dial: null, from: national}
    cost: free
    anonymous: "no"
    source: {file: a letter, date: null, quote: "999"}
    checked: null
"""

FRANCE = """\
country: FR
calling_code: "33"
timezone: Europe/Paris
languages: [fr]
helplines:
  - id: fr-support
    kind: organisation
    name: {en: Support, fr: Soutien}
    needs: [support]
    audience: [anyone]
    hours: "Mo-Su 22:00-06:00"
    numbers:
      - {say: "01 99 00 00 03", dial: "+33199000003", from: anywhere}
    cost: standard
    anonymous: unknown
    source: {file: a letter, date: null, quote: "La nuit."}
    checked: null
"""

HARMONISED = """\
harmonised:
  - number: "112"
    kind: emergency
    name: {en: Emergency services, fr: Services d'urgence}
    needs: [emergency]
    audience: [anyone]
    hours: "24/7"
    cost: free
    anonymous: unknown
    source: {file: field.md 2.2, date: 2026-11-01, quote: every EU state}
    countries:
      FR: {}
  - number: "116 111"
    kind: helpline
    name: {en: Children's line, fr: Ligne des enfants}
    needs: [children]
    audience: [children]
    hours: "24/7"
    cost: free
    anonymous: unknown
    source: {file: field.md 2.2, date: 2026-11-01, quote: child helpline}
    countries:
      GB:
        hours: "Mo-Su 10:00-24:00"
        note: Not at night.
"""

FILES = {"needs.yaml": NEEDS, "gb.yaml": BRITAIN, "fr.yaml": FRANCE, "harmonised.yaml": HARMONISED}

WORDLESS = FILES | {
    "needs.yaml": f"{NEEDS}  - {{id: housing, shown: where_served, audience: anyone, neighbours: [support]}}\n"
}
"""The same with a need that no phrase exists for: it loads, and nobody could be told of it."""


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """Return the files with one passage of one file replaced; it must stand there exactly once."""
    assert FILES[file].count(old) == 1, f"{old!r} stands {FILES[file].count(old)} times in {file}"
    return FILES | {file: FILES[file].replace(old, new)}
