"""The world: small scenes of one to four objects and sometimes a sign, their exact facts, and how they are drawn.

A scene is facts first (what, which colour, how big, where) and pixels second. Teachers see only the facts; only the
vision tower ever sees the pixels.
"""
from __future__ import annotations

import functools
from dataclasses import asdict, dataclass, replace

import numpy as np
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

SIDE, PATCH = 96, 12                     # 8 x 8 patches = 64 image tokens
CELL = SIDE // 2                         # a scene has four places, one object or sign in each

SHAPES = ("circle", "square", "triangle", "star", "cross", "heart")
COLOURS = {"red": (222, 40, 40), "orange": (245, 140, 30), "yellow": (250, 222, 50), "green": (45, 165, 75),
           "blue": (45, 90, 225), "purple": (145, 60, 185), "pink": (250, 140, 190), "brown": (125, 78, 42)}
SIZES = {"small": 9.0, "medium": 14.0, "large": 20.5}            # radius in pixels
PLACES = ("top left", "top right", "bottom left", "bottom right")
BACKGROUNDS = {"white": (240, 240, 240), "grey": (150, 150, 150), "black": (28, 28, 28), "beige": (228, 214, 178)}
TEXTURES = ("plain", "striped", "dotted", "checkered")
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ23456789"  # like number plates: nothing that reads as I, O, Q, 1 or 0

# Pairs of shape and colour that no training picture and no training text contains.
HELD_OUT = {("circle", "purple"), ("square", "orange"), ("triangle", "blue"),
            ("star", "green"), ("cross", "red"), ("heart", "yellow")}


@dataclass(frozen=True)
class Thing:
    shape: str
    colour: str
    size: str
    place: int                           # index into PLACES
    x: float                             # centre and radius, in pixels
    y: float
    radius: float
    angle: float


@dataclass(frozen=True)
class Sign:
    text: str
    place: int
    x: int                               # centre of the first of the SLOTS characters
    y: int


@dataclass(frozen=True)
class Scene:
    things: tuple[Thing, ...]            # in the order of their places
    sign: Sign | None
    background: str
    texture: str
    seed: int                            # of everything that is not a fact: shades, angle of stripes

    def boxes(self) -> list[tuple[str, float, float, float, float]]:
        """(category, x1, y1, x2, y2), normalised to 0..1."""
        found = []
        for t in self.things:
            box = (t.x - t.radius, t.y - t.radius, t.x + t.radius, t.y + t.radius)
            found.append((t.shape, *(round(min(max(v / SIDE, 0.0), 1.0), 3) for v in box)))
        if self.sign:
            found.append(("sign", *(round(v / SIDE, 3) for v in sign_box(self.sign))))
        return found

    def to_json(self) -> dict:
        return asdict(self)

    @staticmethod
    def from_json(j: dict) -> "Scene":
        return Scene(tuple(Thing(**t) for t in j["things"]), Sign(**j["sign"]) if j["sign"] else None,
                     j["background"], j["texture"], j["seed"])


# --- facts ---------------------------------------------------------------------------------------------------------

def sample_scene(rng: np.random.Generator, held_out: bool = False, told: bool = False) -> Scene:
    """A random scene. Scenes to be drawn for training avoid the held-out pairs; with held_out, at least one object is such a
    pair. Scenes that are only told, not drawn, may hold any pair: language knows purple circles that nobody has seen."""
    sign_here = rng.random() < 0.4
    count = int(rng.integers(1, 4 if sign_here else 5))
    places = [int(p) for p in rng.permutation(4)]
    things: list[Thing] = []
    for i in range(count):
        while True:
            shape, colour = str(rng.choice(SHAPES)), str(rng.choice(list(COLOURS)))
            # Objects that share a colour or a shape are what makes questions hard, so they are frequent.
            if things and rng.random() < 0.45:
                other = things[int(rng.integers(len(things)))]
                if rng.random() < 0.5:
                    shape = other.shape
                else:
                    colour = other.colour
            if held_out and i == 0:
                shape, colour = sorted(HELD_OUT)[int(rng.integers(len(HELD_OUT)))]
                break
            if held_out or told or (shape, colour) not in HELD_OUT:
                break
        size = str(rng.choice(list(SIZES)))
        radius = SIZES[size] * rng.uniform(0.95, 1.05)
        slack = min(CELL / 2 - radius - 1, SHIFT)
        cx, cy = _cell_centre(places[i])
        things.append(Thing(shape, colour, size, places[i], round(cx + rng.uniform(-slack, slack), 2),
                            round(cy + rng.uniform(-slack, slack), 2), round(radius, 2), round(rng.uniform(-0.2, 0.2), 3)))
    sign = _sample_sign(rng, places[count]) if sign_here else None
    return Scene(tuple(sorted(things, key=lambda t: t.place)), sign, str(rng.choice(list(BACKGROUNDS))),
                 str(rng.choice(TEXTURES)), int(rng.integers(2**31)))


def _cell_centre(place: int) -> tuple[float, float]:
    return (place % 2 + 0.5) * CELL, (place // 2 + 0.5) * CELL


SHIFT = 5.0                              # pixels that an object may hang off the middle of its place, where it has the room
SLOTS = 4                                # characters that a sign has room for; shorter texts leave the last ones empty


def _sample_sign(rng: np.random.Generator, place: int) -> Sign:
    """A sign is as wide as its place, and each of its characters lies mainly in one patch: so 64 tokens carry its text."""
    text = "".join(rng.choice(list(LETTERS), size=int(rng.integers(1, SLOTS + 1))))
    x = (place % 2) * CELL + PATCH // 2 + int(rng.integers(-1, 2))
    y = (place // 2) * CELL + PATCH // 2 + PATCH * int(rng.integers(1, 3)) + int(rng.integers(-2, 3))
    return Sign(text, place, x, y)


def sign_box(sign: Sign) -> tuple[float, float, float, float]:
    return (max(sign.x - 7, 0), sign.y - 9, min(sign.x + PATCH * (SLOTS - 1) + 7, SIDE), sign.y + 9)


# --- pixels --------------------------------------------------------------------------------------------------------

def _star(x, y):
    sector = np.pi / 5
    a = np.abs((np.arctan2(x, -y) + sector) % (2 * sector) - sector)   # angle from the nearest tip
    r = np.hypot(x, y)
    px, py = r * np.cos(a), r * np.sin(a)
    inner = 0.45
    ix, iy = inner * np.cos(sector), inner * np.sin(sector)             # the notch beside the tip (1, 0)
    return (px - 1) * iy - py * (ix - 1) <= 0


def _heart(x, y):
    x, y = x * 1.2, -y * 1.2 + 0.12
    return (x * x + y * y - 1) ** 3 - x * x * y ** 3 <= 0


INSIDE = {                               # in units of the radius, y grows downwards
    "circle": lambda x, y: x * x + y * y <= 0.92,
    "square": lambda x, y: np.maximum(np.abs(x), np.abs(y)) <= 0.8,
    "triangle": lambda x, y: (y <= 0.75) & (np.abs(x) * 1.75 <= y + 0.95),
    "star": _star,
    "cross": lambda x, y: (np.minimum(np.abs(x), np.abs(y)) <= 0.3) & (np.maximum(np.abs(x), np.abs(y)) <= 0.95),
    "heart": _heart,
}
SAMPLES = 4                              # sub-samples per pixel and axis: anti-aliasing


def coverage(thing: Thing) -> tuple[np.ndarray, int, int]:
    """How much of each pixel the object covers, 0..1, with the corner (x, y) of that window."""
    x0, y0 = max(int(thing.x - thing.radius) - 1, 0), max(int(thing.y - thing.radius) - 1, 0)
    x1, y1 = min(int(thing.x + thing.radius) + 2, SIDE), min(int(thing.y + thing.radius) + 2, SIDE)
    xs = (np.arange((x1 - x0) * SAMPLES) + 0.5) / SAMPLES + x0 - thing.x
    ys = (np.arange((y1 - y0) * SAMPLES) + 0.5) / SAMPLES + y0 - thing.y
    c, s = np.cos(thing.angle) / thing.radius, np.sin(thing.angle) / thing.radius
    hit = INSIDE[thing.shape](xs[None] * c + ys[:, None] * s, ys[:, None] * c - xs[None] * s)
    return hit.reshape(y1 - y0, SAMPLES, x1 - x0, SAMPLES).mean((1, 3)), x0, y0


@functools.cache
def _glyph(letter: str) -> np.ndarray:
    font = ImageFont.truetype(font_manager.findfont("DejaVu Sans:bold"), 12)
    image = Image.new("L", (PATCH + 1, 15))
    ImageDraw.Draw(image).text((PATCH / 2 + 0.5, 7.5), letter, fill=255, font=font, anchor="mm")
    return np.asarray(image, dtype=np.float32) / 255


def _texture(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """0..1 per pixel: how much of the second shade."""
    ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    period, shift = rng.uniform(9, 13), rng.uniform(0, 13, 2)
    if scene.texture == "striped":
        angle = rng.uniform(0, np.pi)
        return np.clip(np.sin((xs * np.cos(angle) + ys * np.sin(angle) + shift[0]) * 2 * np.pi / period) * 2 + 0.5, 0, 1)
    wave_x, wave_y = np.sin((xs + shift[0]) * 2 * np.pi / period), np.sin((ys + shift[1]) * 2 * np.pi / period)
    if scene.texture == "dotted":
        return np.clip((wave_x + wave_y - 0.9) * 2.5, 0, 1)
    if scene.texture == "checkered":
        return np.clip(wave_x * wave_y * 4 + 0.5, 0, 1)
    return np.zeros((SIDE, SIDE), np.float32)


def rgb(code: str) -> tuple[int, ...]:
    """An unnamed colour is written as its code, for example #04c2a0."""
    return tuple(bytes.fromhex(code[1:]))


def repainted(scene: Scene, rng: np.random.Generator) -> Scene:
    """The scene with its objects in colours that have no name here, so that a shape is learnt without regard to colour."""
    def code() -> str:
        while True:
            colour = rng.integers(0, 256, 3)
            if min(np.abs(colour - other).sum() for other in (*COLOURS.values(), BACKGROUNDS[scene.background])) > 100:
                return "#" + bytes(colour.tolist()).hex()

    return replace(scene, things=tuple(replace(t, colour=code()) for t in scene.things))


def render(scene: Scene) -> np.ndarray:
    """uint8 [SIDE, SIDE, 3]."""
    rng = np.random.default_rng(scene.seed)
    base = np.array(BACKGROUNDS[scene.background], np.float32) + rng.uniform(-8, 8)
    shade = base + (24 if base.mean() < 128 else -24)
    mix = _texture(scene, rng)[..., None]
    canvas = base * (1 - mix) + shade * mix
    for t in scene.things:
        alpha, x, y = coverage(t)
        colour = np.array(COLOURS.get(t.colour) or rgb(t.colour), np.float32) + rng.uniform(-10, 10, 3)
        window = canvas[y:y + alpha.shape[0], x:x + alpha.shape[1]]
        window += (colour - window) * alpha[..., None]
    if scene.sign:
        _draw_sign(canvas, scene.sign)
    canvas += rng.normal(0, 2, canvas.shape)
    return np.clip(canvas + 0.5, 0, 255).astype(np.uint8)


def _draw_sign(canvas: np.ndarray, sign: Sign) -> None:
    x0, y0, x1, y1 = (int(v) for v in sign_box(sign))
    canvas[y0:y1, x0:x1] = (60, 60, 60)                    # frame
    canvas[y0 + 1:y1 - 1, x0 + 1:x1 - 1] = (252, 252, 236) # board
    for i, letter in enumerate(sign.text):
        ink = _glyph(letter)
        gx, gy = sign.x + PATCH * i - ink.shape[1] // 2, sign.y - ink.shape[0] // 2
        left, right = max(gx, 0), min(gx + ink.shape[1], SIDE)
        window = canvas[gy:gy + ink.shape[0], left:right]
        window *= 1 - 0.92 * ink[:, left - gx:right - gx, None]


# --- what each patch shows, for the dense loss of the vision tower and the word pictures of the language model ----------

GRID = SIDE // PATCH
IGNORE = 255
OBJECT, SIGN, EMPTY, GROUND = range(4)   # roles of patches
ORDINALS = ("first", "second", "third", "fourth")[:SLOTS]
PATCH_CLASSES = {"role": 4, "shape": len(SHAPES), "colour": len(COLOURS), "size": len(SIZES), "slot": SLOTS,
                 "letter": len(LETTERS) + 1, "background": len(BACKGROUNDS), "texture": len(TEXTURES), "place": len(PLACES)}


_PLACE_OF_PATCH = np.add.outer(np.arange(GRID) // (GRID // 2) * 2, np.arange(GRID) // (GRID // 2))


def core(place: int) -> tuple[slice, slice]:
    """The four patches in the middle of a place: every object covers them, whatever its size."""
    row, column = place // 2 * GRID // 2 + 1, place % 2 * GRID // 2 + 1
    return slice(row, row + 2), slice(column, column + 2)


def patch_labels(scene: Scene) -> np.ndarray:
    """What each patch has to say, uint8 [kinds of PATCH_CLASSES, patches]; IGNORE = nothing of that kind.

    The four core patches of a place name its object, or that nothing is there; the four patches of a sign name its
    characters; all others, also where a large object reaches into them, name the background. So an object is as many tokens
    whatever its size, and to count tokens is to count objects.
    """
    labels = {name: np.full((GRID, GRID), IGNORE, np.uint8) for name in PATCH_CLASSES}
    labels["role"][:] = GROUND
    signed = scene.sign.place if scene.sign else None
    for place in range(len(PLACES)):
        if place != signed:
            labels["role"][core(place)] = EMPTY
    for t in scene.things:
        here = core(t.place)
        labels["role"][here] = OBJECT
        labels["shape"][here] = SHAPES.index(t.shape) if t.shape in SHAPES else IGNORE
        labels["colour"][here] = list(COLOURS).index(t.colour) if t.colour in COLOURS else IGNORE
        labels["size"][here] = list(SIZES).index(t.size)
    if scene.sign:
        row, left = scene.sign.y // PATCH, scene.sign.x // PATCH
        for slot in range(SLOTS):
            here = row, left + slot
            text = scene.sign.text
            labels["role"][here] = SIGN
            labels["slot"][here] = slot
            labels["letter"][here] = LETTERS.index(text[slot]) if slot < len(text) else len(LETTERS)
    ground = labels["role"] == GROUND
    labels["place"] = np.where(ground, IGNORE, _PLACE_OF_PATCH).astype(np.uint8)
    labels["background"][ground] = list(BACKGROUNDS).index(scene.background)
    labels["texture"][ground] = TEXTURES.index(scene.texture)
    return np.stack([label.reshape(-1) for label in labels.values()])
