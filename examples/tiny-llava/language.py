"""The words of the world in English and Korean: how a thing is named, and captions."""
from __future__ import annotations

import re

from world import COLOURS, PLACES, SHAPES, SIZES, Scene

LANGUAGES = ("en", "ko")


class Dictionary(dict):
    """Codes of what has no name are the same in every language."""

    def __missing__(self, word: str) -> str:
        return word


KO = Dictionary({"circle": "원", "square": "사각형", "triangle": "삼각형", "star": "별", "cross": "십자가", "heart": "하트",
      "object": "물체", "sign": "표지판",
      "red": "빨간색", "orange": "주황색", "yellow": "노란색", "green": "초록색", "blue": "파란색", "purple": "보라색",
      "pink": "분홍색", "brown": "갈색", "white": "흰색", "grey": "회색", "black": "검은색", "beige": "베이지색",
      "small": "작은", "medium": "중간 크기의", "large": "큰",
      "top left": "왼쪽 위", "top right": "오른쪽 위", "bottom left": "왼쪽 아래", "bottom right": "오른쪽 아래",
      "up": "위", "down": "아래", "left": "왼쪽", "right": "오른쪽", "nothing": "없음",
      "first": "첫", "second": "두", "third": "세", "fourth": "네",
      "plain": "민무늬", "striped": "줄무늬", "dotted": "물방울무늬", "checkered": "체크무늬"})
NUMBERS = {"en": ("zero", "one", "two", "three", "four"), "ko": ("영", "한", "두", "세", "네")}
PARTICLES = {"은": "는", "이": "가", "을": "를", "과": "와"}         # after a consonant: after a vowel


class Phrase(str):
    """A noun phrase. In a format string, {x:은} appends the Korean particle in the form that x needs."""

    def __format__(self, spec: str) -> str:
        if spec not in PARTICLES:
            return super().__format__(spec)
        last = self.rstrip('"')[-1]
        closed = "가" <= last <= "힣" and (ord(last) - ord("가")) % 28 != 0
        return self + (spec if closed else PARTICLES[spec])


def noun(lang: str, shape=None, colour=None, size=None, place=None, plural=False) -> Phrase:
    """For example "large red circle at the top left"; without a shape it is an "object"."""
    where = PLACES[place] if isinstance(place, int) else place
    head = shape or "object"
    if lang == "ko":
        return Phrase(" ".join(([KO[where]] if where else []) + [KO[w] for w in (size, colour, head) if w]))
    if plural:
        head += "es" if head == "cross" else "s"
    return Phrase(" ".join(w for w in (size, colour, head) if w) + (f" at the {where}" if where else ""))


def names_all(*texts: str) -> bool:
    """Whether no text speaks of a colour or shape that has only a code."""
    return not any("#" in text for text in texts)


def article(phrase: str) -> str:
    return ("an " if phrase[0] in "aeiou" else "a ") + phrase


def background(lang: str, scene: Scene) -> str:
    if lang == "ko":
        return f"{KO[scene.background]} {KO[scene.texture]} 배경"
    return f"{scene.background} {scene.texture} background"


def parts(lang: str, scene: Scene) -> list[str]:
    """One phrase for each object and the sign, in the order of their places."""
    found = []
    for t in scene.things:
        what = noun(lang, t.shape, t.colour, t.size)
        found.append((t.place, f"{PLACES[t.place]}: {what}" if lang == "en" else f"{KO[PLACES[t.place]]}에 {what}"))
    if scene.sign:
        place, text = PLACES[scene.sign.place], scene.sign.text
        found.append((scene.sign.place, f'{place}: sign "{text}"' if lang == "en" else f'{KO[place]}에 표지판 "{text}"'))
    return [text for _, text in sorted(found)]


def caption(lang: str, scene: Scene, order=None) -> str:
    """All facts of a scene in one line. Captions for learning are in the order of places, or as the caller orders."""
    items = parts(lang, scene)
    items = [items[i] for i in order] if order is not None else items
    if lang == "ko":
        return f"{background(lang, scene)}, {', '.join(items)}"
    return f"{article(background(lang, scene))}, {', '.join(items)}"


def scene_facts(scene: Scene) -> set[tuple]:
    facts = {("background", scene.background), ("texture", scene.texture)}
    for t in scene.things:
        facts |= {(t.place, "shape", t.shape), (t.place, "colour", t.colour), (t.place, "size", t.size)}
    if scene.sign:
        facts |= {(scene.sign.place, "shape", "sign"), (scene.sign.place, "text", scene.sign.text)}
    return facts


_ANY = {k: "|".join(v) for k, v in {"shape": SHAPES, "colour": COLOURS, "size": SIZES, "place": PLACES,
                                    "background": ("white", "grey", "black", "beige"),
                                    "texture": ("plain", "striped", "dotted", "checkered")}.items()}
_ENGLISH = (re.compile(r"({background}) ({texture}) background".format(**_ANY)),
            re.compile(r"({place}): ({size}) ({colour}) ({shape})".format(**_ANY)),
            re.compile(r'({place}): sign "(\w*)"'.format(**_ANY)))


def _to_english(text: str) -> str:
    """A Korean description with the words of the English one, so that one parser reads both."""
    for word in sorted(KO, key=lambda w: -len(KO[w])):
        text = text.replace(KO[word], word)
    text = text.replace("배경", "background")
    return re.sub(rf"({_ANY['place']})에", r"\1:", text)


def text_facts(lang: str, text: str) -> set[tuple]:
    """The facts that a caption or a description states."""
    if lang == "ko":
        text = _to_english(text)
    facts: set[tuple] = set()
    for ground, texture in _ENGLISH[0].findall(text):
        facts |= {("background", ground), ("texture", texture)}
    for place, size, colour, shape in _ENGLISH[1].findall(text):
        where = PLACES.index(place)
        facts |= {(where, "shape", shape), (where, "colour", colour), (where, "size", size)}
    for place, written in _ENGLISH[2].findall(text):
        facts |= {(PLACES.index(place), "shape", "sign"), (PLACES.index(place), "text", written)}
    return facts
