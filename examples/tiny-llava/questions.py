"""Questions about a scene with their answers, each made from the facts alone.

Every kind is a function of (facts, random numbers, language) that gives a Turn, or None where the scene does not fit.
"""
from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from language import KO, NUMBERS, Phrase, article, background, names_all, noun, parts
from world import COLOURS, HELD_OUT, ORDINALS, PLACES, SHAPES, SIZES, Scene, Thing


@dataclass(frozen=True)
class Turn:
    kind: str
    lang: str
    question: str
    answer: str


ATTRIBUTES = ("shape", "colour", "size", "place")
DIRECTIONS = {"en": {"left": "to the left of", "right": "to the right of", "above": "above", "below": "below"},
              "ko": {"left": "왼쪽", "right": "오른쪽", "above": "위", "below": "아래"}}


def pick(rng: np.random.Generator, options):
    options = list(options)
    return options[int(rng.integers(len(options)))]


def coin(rng: np.random.Generator) -> bool:
    return bool(rng.random() < 0.5)


def matching(scene: Scene, ref: dict) -> list[Thing]:
    return [t for t in scene.things if all(getattr(t, k) == v for k, v in ref.items())]


def references(scene: Scene, thing: Thing, without: tuple[str, ...] = ()) -> list[dict]:
    """The ways to name this one thing: as few attributes as needed, and where one is enough also two of its looks."""
    usable = [a for a in ATTRIBUTES if a not in without]
    for n in range(1, len(usable) + 1):
        found = [{a: getattr(thing, a) for a in chosen} for chosen in combinations(usable, n)]
        found = [ref for ref in found if len(matching(scene, ref)) == 1]
        if found:
            looks = combinations([a for a in usable if a != "place"], 2) if n == 1 else ()
            pairs = [{a: getattr(thing, a) for a in chosen} for chosen in looks]
            return found + [ref for ref in pairs if len(matching(scene, ref)) == 1]
    return []


def refer(scene: Scene, thing: Thing, rng, without=()) -> dict | None:
    options = references(scene, thing, without)
    return pick(rng, options) if options else None


def pair_reference(scene: Scene, thing: Thing) -> dict:
    """Colour and shape, and the place only where two things share both."""
    ref = {"shape": thing.shape, "colour": thing.colour}
    return ref if len(matching(scene, ref)) == 1 else ref | {"place": thing.place}


def at(scene: Scene, place: int, lang: str) -> str | None:
    """What is at a place, as an answer names it."""
    if scene.sign and scene.sign.place == place:
        return noun(lang, "sign")
    for t in scene.things:
        if t.place == place:
            return noun(lang, t.shape, t.colour)
    return None


# --- conversation ---------------------------------------------------------------------------------------------------

def kind(scene, rng, lang):
    if rng.random() < 0.35:
        place = int(rng.integers(4))
        name, where = at(scene, place, lang), PLACES[place]
        if lang == "en":
            return pick(rng, (f"What is at the {where}?", f"What can you see at the {where}?")), name or "nothing"
        return pick(rng, (f"{KO[where]}에 무엇이 있나요?", f"{KO[where]}에는 무엇이 보이나요?")), \
            (f"{Phrase(name):이} 있습니다." if name else "아무것도 없습니다.")
    thing = pick(rng, scene.things)
    ref = refer(scene, thing, rng, without=("shape",))
    if lang == "en":
        name = noun(lang, **ref)
        return pick(rng, (f"What shape is the {name}?", f"What shape does the {name} have?")), thing.shape
    return pick(rng, (f"{noun(lang, **ref):은} 무슨 모양인가요?", f"{noun(lang, **ref):은} 어떤 모양인가요?")), f"{KO[thing.shape]}입니다."


def colour(scene, rng, lang):
    thing = pick(rng, scene.things)
    ref = refer(scene, thing, rng, without=("colour",))
    return colour_question(rng, lang, ref), thing.colour if lang == "en" else f"{KO[thing.colour]}입니다."


def colour_question(rng, lang, ref):
    if lang == "en":
        return pick(rng, (f"What colour is the {noun(lang, **ref)}?", f"Which colour does the {noun(lang, **ref)} have?"))
    return pick(rng, (f"{noun(lang, **ref):은} 무슨 색인가요?", f"{noun(lang, **ref)}의 색은 무엇인가요?"))


SIZE_KO = {"small": "작은", "medium": "중간", "large": "큰"}


def size(scene, rng, lang):
    thing = pick(rng, scene.things)
    ref = refer(scene, thing, rng, without=("size",))
    return size_question(rng, lang, ref), thing.size if lang == "en" else f"{SIZE_KO[thing.size]} 크기입니다."


def size_question(rng, lang, ref):
    if lang == "en":
        return pick(rng, (f"What size is the {noun(lang, **ref)}?", f"How big is the {noun(lang, **ref)}?"))
    return pick(rng, (f"{noun(lang, **ref):은} 얼마나 큰가요?", f"{noun(lang, **ref)}의 크기는 어떤가요?"))


def position(scene, rng, lang):
    if scene.sign and rng.random() < 0.2:
        ref, where = {"shape": "sign"}, PLACES[scene.sign.place]
    else:
        thing = pick(rng, scene.things)
        ref, where = refer(scene, thing, rng, without=("place",)), PLACES[thing.place]
        if ref is None:
            return None
    return position_question(rng, lang, ref), where if lang == "en" else f"{KO[where]}에 있습니다."


def position_question(rng, lang, ref):
    if lang == "en":
        return pick(rng, (f"Where is the {noun(lang, **ref)}?", f"Where can you see the {noun(lang, **ref)}?"))
    return pick(rng, (f"{noun(lang, **ref):은} 어디에 있나요?", f"{noun(lang, **ref):이} 어디에 보이나요?"))


def count(scene, rng, lang):
    """All objects, or those with one attribute; the number that is asked for is spread as evenly as scenes allow."""
    options = {}
    for ref in ([{}] + [{"shape": s} for s in SHAPES] + [{"colour": c} for c in COLOURS] + [{"size": s} for s in SIZES]):
        options.setdefault(len(matching(scene, ref)), []).append(ref)
    many = pick(rng, options)
    ref = pick(rng, options[many])
    if lang == "en":
        name = noun(lang, **ref, plural=True)
        answer = NUMBERS["en"][many] if many else "none"
        return pick(rng, (f"How many {name} are there?", f"How many {name} can you see?")), answer
    name = noun(lang, **ref)
    return pick(rng, (f"{name:은} 몇 개 있나요?", f"{name:이} 몇 개 보이나요?")), \
        f"{NUMBERS['ko'][many]} 개 있습니다." if many else "하나도 없습니다."


def is_held_out(scene: Scene) -> bool:
    return any((t.shape, t.colour) in HELD_OUT for t in scene.things)


def missing(scene, rng) -> dict | None:
    """A thing that is not in the scene but nearly: two looks that are there, though not on one object."""
    near = [{x: getattr(a, x), y: getattr(b, y)} for x, y in combinations(ATTRIBUTES[:3], 2)
            for a in scene.things for b in scene.things]
    far = [{"shape": s} for s in SHAPES] + [{"colour": c} for c in COLOURS]
    far += [{"shape": t.shape, "colour": c} for t in scene.things for c in COLOURS]
    far += [{"shape": s, "colour": t.colour} for t in scene.things for s in SHAPES]
    # A scene for training must not even name the held-out pairs, or they would be learnt as what is never there.
    seen = lambda r: is_held_out(scene) or (r.get("shape"), r.get("colour")) not in HELD_OUT
    options = [r for r in pick(rng, (near, far, far)) if not matching(scene, r) and seen(r)]
    return pick(rng, options) if options else None


def existence(scene, rng, lang):
    yes = coin(rng)
    if rng.random() < 0.15:
        yes, ref = bool(scene.sign), {"shape": "sign"}
    elif yes:
        thing = pick(rng, scene.things)
        ref = {a: getattr(thing, a) for a in pick(rng, (("shape",), ("colour",), ("shape", "colour"), ("shape", "colour"), ("size", "shape"), ("size", "colour")))}
    else:
        ref = missing(scene, rng)
        if ref is None:
            return None
    if lang == "en":
        name = article(noun(lang, **ref))
        return pick(rng, (f"Is there {name}?", f"Can you see {name}?")), "yes" if yes else "no"
    name = noun(lang, **ref)
    return pick(rng, (f"{name:이} 있나요?", f"{name:이} 보이나요?")), "네, 있습니다." if yes else "아니요, 없습니다."


def absent(scene, rng, lang):
    """Asks for an attribute of something that is not there."""
    if not scene.sign and rng.random() < 0.3:
        ref, question = {"shape": "sign"}, sign_question(rng, lang)
    else:
        ref = missing(scene, rng)
        if ref is None:
            return None
        asks = [position_question] + [q for a, q in (("size", size_question), ("colour", colour_question)) if a not in ref]
        question = pick(rng, asks)(rng, lang, ref)
    name = noun(lang, **ref)
    return question, f"There is no {name} in the picture." if lang == "en" else f"그림에 {name:이} 없습니다."


def sign_question(rng, lang):
    return pick(rng, ("What does the sign say?", "What is written on the sign?") if lang == "en"
                else ("표지판에 뭐라고 쓰여 있나요?", "표지판의 글자는 무엇인가요?"))


def sign(scene, rng, lang):
    if not scene.sign:
        return None
    text = scene.sign.text
    return sign_question(rng, lang), f'"{text}"' if lang == "en" else f'"{text}"라고 쓰여 있습니다.'


def letter(scene, rng, lang):
    if not scene.sign:
        return None
    i = int(rng.integers(len(scene.sign.text)))
    if lang == "en":
        return f"What is the {ORDINALS[i]} character on the sign?", scene.sign.text[i]
    return f"표지판의 {KO[ORDINALS[i]]} 번째 글자는 무엇인가요?", f"{scene.sign.text[i]}입니다."


def is_direction(direction: str, a: int, b: int) -> bool:
    """Whether place a lies in this direction of place b."""
    return {"left": a % 2 < b % 2, "right": a % 2 > b % 2, "above": a // 2 < b // 2, "below": a // 2 > b // 2}[direction]


def relation(scene, rng, lang):
    """Answers say first where things are: what follows from that is then a short step."""
    if len(scene.things) < 2 or rng.random() < 0.4:                       # what is next to it?
        thing = pick(rng, scene.things)
        direction = pick(rng, [d for d in DIRECTIONS["en"] if neighbour(thing.place, d) is not None])
        place = neighbour(thing.place, direction)
        name, of = at(scene, place, lang), noun(lang, **pair_reference(scene, thing))
        if lang == "en":
            return f"What is directly {DIRECTIONS[lang][direction]} the {of}?", f"{PLACES[place]}: {name or 'nothing'}"
        return f"{of}의 바로 {DIRECTIONS[lang][direction]}에는 무엇이 있나요?", \
            f"{KO[PLACES[place]]}에 " + (f"{Phrase(name):이} 있습니다." if name else "아무것도 없습니다.")
    a, b = two(scene, rng)
    yes = coin(rng)
    direction = pick(rng, [d for d in DIRECTIONS["en"] if is_direction(d, a.place, b.place) == yes])
    na, nb = (noun(lang, **pair_reference(scene, t)) for t in (a, b))
    if lang == "en":
        return f"Is the {na} {DIRECTIONS[lang][direction]} the {nb}?", \
            f"{PLACES[a.place]} and {PLACES[b.place]}, so {'yes' if yes else 'no'}"
    return f"{na:이} {nb}의 {DIRECTIONS[lang][direction]}에 있나요?", \
        f"{Phrase(KO[PLACES[a.place]]):과} {KO[PLACES[b.place]]}이므로 {'네' if yes else '아니요'}."


def neighbour(place: int, direction: str) -> int | None:
    other = place ^ (1 if direction in ("left", "right") else 2)
    return other if is_direction(direction, other, place) else None


def two(scene: Scene, rng) -> list[Thing]:
    return [scene.things[i] for i in rng.permutation(len(scene.things))[:2]]


def comparison(scene, rng, lang):
    if len(scene.things) < 2:
        return None
    a, b = two(scene, rng)
    ra, rb = SIZES[a.size], SIZES[b.size]
    na, nb = (noun(lang, **pair_reference(scene, t)) for t in (a, b))
    sizes = f"{a.size} and {b.size}, so" if lang == "en" else f"{SIZE_KO[a.size]} 것과 {SIZE_KO[b.size]} 것이므로"
    form = int(rng.integers(3))
    if form == 0:
        winner = na if ra > rb else nb
        if lang == "en":
            return f"Which is bigger, the {na} or the {nb}?", f"{sizes} {'the same size' if ra == rb else 'the ' + winner}"
        return f"{na:과} {nb} 중에 무엇이 더 큰가요?", f"{sizes} " + ("같습니다." if ra == rb else f"{winner:이} 더 큽니다.")
    yes = ra > rb if form == 1 else ra == rb
    if lang == "en":
        question = f"Is the {na} bigger than the {nb}?" if form == 1 else f"Are the {na} and the {nb} the same size?"
        return question, f"{sizes} {'yes' if yes else 'no'}"
    question = f"{na:이} {nb}보다 더 큰가요?" if form == 1 else f"{na:과} {nb:은} 크기가 같은가요?"
    return question, f"{sizes} {'네' if yes else '아니요'}."


def ground(scene, rng, lang):
    if lang == "en":
        return pick(rng, ("What does the background look like?", "What is the background like?")), background(lang, scene)
    return pick(rng, ("배경은 어떤가요?", "배경은 어떻게 생겼나요?")), f"{background(lang, scene)}입니다."


# --- detailed description -------------------------------------------------------------------------------------------

DETAIL = {"en": ("Describe the picture in detail.", "What is shown in this image?", "Describe the image."),
          "ko": ("이 이미지를 자세히 설명해 주세요.", "그림을 설명해 주세요.", "그림에 무엇이 있나요?")}


def detail(scene, rng, lang):
    return pick(rng, DETAIL[lang]), description(lang, scene)


def description(lang: str, scene: Scene) -> str:
    items = parts(lang, scene)
    if lang == "en":
        return f"{article(background(lang, scene))}, {', '.join(items)}"
    return f"{background(lang, scene)}에 {Phrase(', '.join(items)):이} 있습니다."


# --- complex reasoning ----------------------------------------------------------------------------------------------

def remaining(scene, rng, lang):
    ref = pick(rng, [{"colour": t.colour} for t in scene.things] + [{"shape": t.shape} for t in scene.things])
    total, gone = len(scene.things), len(matching(scene, ref))
    left = total - gone
    if lang == "en":
        n = NUMBERS["en"]
        return f"If every {noun(lang, **ref)} were taken away, how many objects would be left?", \
            f"There {'is' if total == 1 else 'are'} {n[total]} and {n[gone]} would go, so {n[left] if left else 'none'} would be left."
    n = NUMBERS["ko"]
    return f"{noun(lang, **ref):을} 모두 치우면 물체는 몇 개 남나요?", \
        f"{n[total]} 개 중에 {n[gone]} 개를 치우므로 " + (f"{n[left]} 개 남습니다." if left else "하나도 남지 않습니다.")


def walk(scene, rng, lang):
    if len(scene.things) < 2:
        return None
    a, b = two(scene, rng)
    na, nb = (noun(lang, **pair_reference(scene, t)) for t in (a, b))
    horizontal = None if a.place % 2 == b.place % 2 else "left" if b.place % 2 == 0 else "right"
    vertical = None if a.place // 2 == b.place // 2 else "up" if b.place < 2 else "down"
    if lang == "en":
        way = " and ".join(w for w in (vertical, horizontal) if w)
        return f"Which way must an ant walk from the {na} to the {nb}?", \
            f"from the {PLACES[a.place]} to the {PLACES[b.place]}, so {way}"
    way = " ".join(KO[w] for w in (horizontal, vertical) if w)
    return f"개미가 {na}에서 {nb}까지 가려면 어느 쪽으로 가야 하나요?", \
        f"{KO[PLACES[a.place]]}에서 {KO[PLACES[b.place]]}까지이므로 {way}{'로' if vertical else '으로'} 갑니다."


def hide(scene, rng, lang):
    if len(scene.things) < 2:
        return None
    a, b = two(scene, rng)
    na, nb = (noun(lang, **pair_reference(scene, t)) for t in (a, b))
    yes = SIZES[a.size] < SIZES[b.size]
    if lang == "en":
        return f"Could the {na} hide behind the {nb}?", \
            f"The first is {a.size} and the second is {b.size}, so {'yes' if yes else 'no'}."
    return f"{na:이} {nb} 뒤에 숨을 수 있나요?", \
        f"{SIZE_KO[a.size]} 것이 {SIZE_KO[b.size]} 것 뒤에 숨을 수 {'있습니다' if yes else '없습니다'}."


def meeting(scene, rng, lang):
    if not scene.sign:
        return None
    text, place = scene.sign.text, PLACES[scene.sign.place]
    if lang == "en":
        return "A friend waits at the sign. Where is that, and how do I recognise it?", \
            f'The sign is at the {place} and it says "{text}".'
    return "친구가 표지판에서 기다립니다. 어디이고 어떻게 알아보나요?", f'표지판은 {KO[place]}에 있고 "{text}"라고 쓰여 있습니다.'


CONVERSATION = {"kind": kind, "colour": colour, "size": size, "position": position, "count": count, "existence": existence,
                "absent": absent, "sign": sign, "letter": letter, "relation": relation, "comparison": comparison, "background": ground}
REASONING = {"remaining": remaining, "walk": walk, "hide": hide, "meeting": meeting}


def ask(name: str, function, scene: Scene, rng: np.random.Generator, lang: str) -> Turn | None:
    pair = function(scene, rng, lang)
    return Turn(name, lang, *pair) if pair and names_all(*pair) else None
