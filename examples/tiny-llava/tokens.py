"""The tokenizer: byte-level BPE over the language of this world, and the processor around it."""
from __future__ import annotations

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import CLIPImageProcessorPil, LlavaProcessor, PreTrainedTokenizerFast

from world import PATCH, SIDE

VOCABULARY = 1200                        # more than this language fills
BOS, EOS, PAD, IMAGE = "<s>", "</s>", "<pad>", "<image>"

# Words with their leading space; capitals and digits that are not the start of a word one by one, so that the text of a
# sign is always spelled in single characters, whatever pairs happen to be frequent. Korean nouns stand without what is
# glued to their end (particles and "is"), so that a noun is the same token wherever it occurs.
ENDINGS = "은|는|이|가|을|를|과|와|의|에|에는|에서|까지|보다|이므로|입니다|라고"
WORDS = (r" ?USER| ?ASSISTANT| ?[A-Z]?[a-z]+| ?[A-Z0-9]"
         rf"| ?(?:십자가|작은)| ?[가-힣]+?(?=(?:{ENDINGS})(?![가-힣]))|(?:{ENDINGS})(?![가-힣])| ?\p{{L}}+"
         r"| ?[^\s\p{L}\p{N}]|\s+")

# The prompt of LLaVA-1.5 (vicuna v1 without the system text); </s> ends each answer, as the authors train it.
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] != 'system' %}{{ message['role'].upper() + ': '}}{% endif %}"
    "{# Render all images first #}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}"
    "{# Render all text next #}"
    "{% if message['role'] != 'assistant' %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] + ' '}}{% endfor %}"
    "{% else %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
    "{% generation %}{{ content['text'] + '</s>' }}{% endgeneration %}{% endfor %}"
    "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}")


def train_tokenizer(texts) -> PreTrainedTokenizerFast:
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(WORDS), "isolated"),
                                               pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    specials = [PAD, BOS, EOS, IMAGE]
    t.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=specials, show_progress=False,
                                                     initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    t.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in specials])
    t.post_processor = processors.TemplateProcessing(single=f"{BOS} $A", pair=f"{BOS} $A {BOS} $B",
                                                     special_tokens=[(BOS, t.token_to_id(BOS))])
    return PreTrainedTokenizerFast(tokenizer_object=t, bos_token=BOS, eos_token=EOS, pad_token=PAD, padding_side="left",
                                   extra_special_tokens={"image_token": IMAGE})


def processor(tokenizer: PreTrainedTokenizerFast) -> LlavaProcessor:
    # Pillow's image processor: the reference of the original LLaVA, and no torchvision is needed.
    pixels = CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    return LlavaProcessor(image_processor=pixels, tokenizer=tokenizer, patch_size=PATCH,
                          vision_feature_select_strategy="default", num_additional_image_tokens=1, chat_template=CHAT_TEMPLATE)
