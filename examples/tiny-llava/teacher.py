"""Teachers write instruction data the LLaVA way: from captions and boxes alone, never from pixels.

FactTeacher makes it from the facts of a scene, is exact and repeatable, and made the data of the committed model.
ChatTeacher asks any OpenAI-compatible chat endpoint, as LLaVA's authors asked GPT-4.
"""
from __future__ import annotations

import json
import urllib.request
from typing import Protocol

import numpy as np

from language import LANGUAGES, caption
from questions import CONVERSATION, REASONING, Turn, ask, detail, pick
from world import Scene, sample_scene

TURNS = 7                                # in one conversation
SHYNESS = 0.4                            # of the questions about what is not there are asked: with all of them the model
                                         # too often says so of pairs of shape and colour that it never met


class Teacher(Protocol):
    def conversation(self, scene: Scene, rng: np.random.Generator, lang: str) -> list[Turn]: ...

    def detail(self, scene: Scene, rng: np.random.Generator, lang: str) -> list[Turn]: ...

    def reasoning(self, scene: Scene, rng: np.random.Generator, lang: str) -> list[Turn]: ...


class FactTeacher:
    def conversation(self, scene, rng, lang):
        """Turns of different kinds in random order, so that each kind is also often the first."""
        turns = [ask(name, function, scene, rng, lang) for name, function in CONVERSATION.items()]
        turns = [t for t in turns if t and (t.kind != "absent" or rng.random() < SHYNESS)]          # some kinds do not fit each scene
        return [turns[i] for i in rng.permutation(len(turns))[:TURNS]]

    def detail(self, scene, rng, lang):
        return [ask("detail", detail, scene, rng, lang)]

    def reasoning(self, scene, rng, lang):
        while True:
            name = pick(rng, REASONING)
            turn = ask(name, REASONING[name], scene, rng, lang)
            if turn:
                return [turn]


class ChatTeacher:
    """Asks a chat model. The context is captions, then for detail and reasoning the boxes, as LLaVA wrote them."""

    def __init__(self, base_url: str, model: str, api_key: str = "", shots: int = 2):
        self.url, self.model, self.api_key = base_url.rstrip("/") + "/chat/completions", model, api_key
        rng = np.random.default_rng(0)
        self.examples = [sample_scene(rng) for _ in range(shots)]      # few-shot: scenes with the exact teacher's answers

    SYSTEM = {
        "conversation": "You see one picture, described to you by captions. Write a conversation between a person who asks about the "
                        "picture and an assistant who answers as if seeing it. Ask about kinds, colours, counts, sizes, positions and "
                        "relations, only where the answer is certain. Now and then ask about something that is not there.",
        "detail": "You see one picture, described to you by captions and boxes (category: [x1, y1, x2, y2], from 0 to 1). Describe "
                  "it in detail as if seeing it, without a word about captions, boxes or numbers.",
        "reasoning": "You see one picture, described to you by captions and boxes (category: [x1, y1, x2, y2], from 0 to 1). Ask one "
                     "question that needs several steps of thought and does not give away what is in the picture, then answer it.",
    }
    FORM = ' Write "Question:", the question, "===", "Answer:", the answer, each on a line of its own, and "===" between turns.'
    IN = {"en": " Write in English.", "ko": " Write in Korean."}

    def conversation(self, scene, rng, lang):
        return self._turns("conversation", scene, rng, lang)

    def detail(self, scene, rng, lang):
        question = ask("detail", detail, scene, rng, lang).question
        return [Turn("detail", lang, question, self._chat(self._messages("detail", scene, rng, lang)).strip())]

    def reasoning(self, scene, rng, lang):
        return self._turns("reasoning", scene, rng, lang)

    @staticmethod
    def context(scene: Scene, boxes: bool) -> str:
        lines = [caption(lang, scene) for lang in LANGUAGES]
        if boxes:
            lines += [""] + [f"{name}: [{', '.join(f'{v:.3f}' for v in corners)}]" for name, *corners in scene.boxes()]
        return "\n".join(lines)

    @staticmethod
    def write_turns(turns: list[Turn]) -> str:
        return "\n===\n".join(f"Question:\n{t.question}\n===\nAnswer:\n{t.answer}" for t in turns)

    @staticmethod
    def read_turns(kind: str, lang: str, text: str) -> list[Turn]:
        blocks = [b.strip() for b in text.split("===")]
        said = [b.partition(":")[2].strip() for b in blocks if b.lower().startswith(("question:", "answer:"))]
        return [Turn(kind, lang, q, a) for q, a in zip(said[::2], said[1::2]) if q and a]

    def _messages(self, task: str, scene: Scene, rng, lang: str) -> list[dict]:
        system = self.SYSTEM[task] + ("" if task == "detail" else self.FORM) + self.IN[lang]
        messages = [{"role": "system", "content": system}]
        for example in self.examples:
            turns = getattr(FactTeacher(), task)(example, rng, lang)
            messages += [{"role": "user", "content": self.context(example, task != "conversation")},
                         {"role": "assistant", "content": turns[0].answer if task == "detail" else self.write_turns(turns)}]
        return messages + [{"role": "user", "content": self.context(scene, task != "conversation")}]

    def _turns(self, task, scene, rng, lang):
        return self.read_turns(task, lang, self._chat(self._messages(task, scene, rng, lang)))

    def _chat(self, messages: list[dict]) -> str:
        body = json.dumps({"model": self.model, "messages": messages, "temperature": 0.7}).encode()
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.api_key}"} if self.api_key else {})
        with urllib.request.urlopen(urllib.request.Request(self.url, body, headers), timeout=120) as reply:
            return json.load(reply)["choices"][0]["message"]["content"]
