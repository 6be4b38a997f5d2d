"""The body from the front and from behind, as regions to tap: each a place and a side at once.

A figure is drawn in a box of `WIDTH` x `HEIGHT`, y downwards. Shapes are those of the half to the viewer's
right; the other half is their mirror image. So from the front the person's left is to the viewer's right,
and from behind it is not. `hit` is what a finger may touch: wider than what is drawn, and the hits of a
figure lie side by side with nothing between and none over another.
"""

from dataclasses import dataclass

WIDTH, HEIGHT = 176, 464
FRONT, BACK = "front", "back"
LEFT, RIGHT = "left", "right"


@dataclass(frozen=True)
class Region:
    """One place of one side, on one figure."""

    site: str
    side: str
    """From the person's own side."""
    shape: str
    hit: str
    mirrored: bool
    """Drawn to the viewer's left."""
    again: bool
    """Stands on the other figure already, which holds its control."""

    @property
    def spot(self) -> str:
        return spot(self.site, self.side)


ARM = (
    (
        "shoulder",
        "M121 93C138 90 152 100 154 119L155 136L132 139L127 111Z",
        "M122 88L176 88L176 137L131 140L126 104Z",
    ),
    (
        "upper_arm",
        "M132 143L155 140C159 152 162 164 162 177L141 181C138 170 134 158 132 143Z",
        "M131 140L176 137L176 180L132 184Z",
    ),
    (
        "forearm",
        "M141 185L162 181C166 194 168 208 167 221L151 224C147 212 143 200 141 185Z",
        "M132 184L176 180L176 224L133 226L133 208Z",
    ),
    (
        "hand",
        "M151 228L167 225C172 235 174 248 173 260L153 264C149 252 149 240 151 228Z",
        "M133 226L176 224L176 263L137 266Z",
    ),
    (
        "fingers",
        "M153 268L173 264C175 278 173 291 169 300C165 304 160 304 156 302C152 292 152 280 153 268Z",
        "M137 266L176 263L176 310L134 310Z",
    ),
)
FROM_THE_FRONT = (
    ("face_eyelid", "M88 6C105 6 115 20 115 39L115 43L88 43Z", "M88 0L176 0L176 45L88 45Z"),
    ("jaw", "M88 47L115 47C113 61 102 74 88 76Z", "M88 45L176 45L176 88L88 88Z"),
    (
        "chest",
        "M88 92L114 92C120 94 123 98 124 106L129 139L88 142Z",
        "M88 88L122 88L126 104L131 140L88 144Z",
    ),
    (
        "abdomen",
        "M88 146L129 143C126 162 126 184 130 207L88 217Z",
        "M88 144L131 140L132 184L133 208L88 220Z",
    ),
    *ARM,
    (
        "thigh_front",
        "M90 222L131 211C136 244 133 278 125 308L97 308C93 284 90 254 90 222Z",
        "M88 220L133 208L133 226L137 266L134 310L88 310Z",
    ),
    ("shin", "M97 312L125 312C129 336 124 356 118 374L100 374C95 356 93 334 97 312Z", "M88 310H176V376H88Z"),
    ("foot", "M100 378L118 378C120 394 125 408 129 418L97 418C97 402 98 390 100 378Z", "M88 376H176V420H88Z"),
    (
        "toes",
        "M97 422L130 422C137 432 138 444 132 450C120 453 108 453 98 450C93 444 94 432 97 422Z",
        "M88 420H176V464H88Z",
    ),
)
FROM_BEHIND = (
    (
        "neck",
        "M88 58L104 58C103 70 105 79 109 84C113 88 116 89 119 90L88 94Z",
        "M88 46L176 46L176 88L122 88L88 96Z",
    ),
    (
        "back",
        "M88 98L119 94C123 98 125 102 126 108L129 139C126 156 126 172 129 184L88 188Z",
        "M88 96L122 88L126 104L131 140L132 184L88 190Z",
    ),
    *ARM,
    (
        "hip_buttock",
        "M88 192L130 188C135 204 136 222 134 241C122 250 102 250 90 243Z",
        "M88 190L132 184L133 208L133 226L135 246L88 250Z",
    ),
    (
        "thigh_back",
        "M91 248C104 254 121 254 134 246C134 270 131 290 125 308L97 308C94 292 92 270 91 248Z",
        "M88 250L135 246L137 266L134 310L88 310Z",
    ),
    (
        "calf",
        "M97 312L125 312C134 332 129 356 118 382L101 382C91 356 91 332 97 312Z",
        "M88 310H176V384H88Z",
    ),
    (
        "foot",
        "M101 386L118 386C121 400 128 411 132 421C134 436 126 448 116 449L100 449C94 440 98 406 101 386Z",
        "M88 384H176V464H88Z",
    ),
)


GROUND = {
    FRONT: "M88 79L102 71C102 79 105 85 111 89L88 89Z",
    BACK: "M88 6C105 6 115 20 115 39C115 47 111 53 105 55L88 55Z",
}
"""What is drawn and cannot be chosen: the neck from the front, the back of the head."""
LINES = {FRONT: "M96 35q5 -5 10 0M88 62h6M88 196v4", BACK: "M88 102V182"}
"""By which one sees at a glance which figure it is: a face, a spine."""


def spot(site: str, side: str) -> str:
    """A place and a side in one word, as the form sends it."""
    return f"{site}-{side}"


def _figure(parts: tuple[tuple[str, str, str], ...], *, from_behind: bool) -> tuple[Region, ...]:
    """The regions of a figure from head to toe, the viewer's left before the right."""
    known = {site for site, _shape, _hit in FROM_THE_FRONT} if from_behind else set()
    return tuple(
        Region(
            site=site,
            side=LEFT if mirrored == from_behind else RIGHT,
            shape=shape,
            hit=hit,
            mirrored=mirrored,
            again=site in known,
        )
        for site, shape, hit in parts
        for mirrored in (True, False)
    )


FIGURES: dict[str, tuple[Region, ...]] = {
    FRONT: _figure(FROM_THE_FRONT, from_behind=False),
    BACK: _figure(FROM_BEHIND, from_behind=True),
}
SPOTS: tuple[tuple[str, str], ...] = tuple(
    (region.site, region.side) for regions in FIGURES.values() for region in regions if not region.again
)
"""Each place with a side that can be tapped, once."""
