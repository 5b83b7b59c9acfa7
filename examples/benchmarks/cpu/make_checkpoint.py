"""Writes a checkpoint in the shape of LLaVA-1.5 or LLaVA-NeXT with random weights, to time and not to trust.

Usage: make_checkpoint.py FOLDER small|base|base576|next
"""
import json
import sys
from dataclasses import dataclass

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    GenerationConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextImageProcessorPil,
    LlavaNextProcessor,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)



@dataclass
class Shape:
    """Layers as (width, inner width, layers, heads)."""

    vision: tuple
    text: tuple
    side: int
    patch: int
    tiled: bool = False


SHAPES = {
    "small": Shape((384, 1536, 6, 6), (512, 1408, 8, 8), 224, 16),
    "base": Shape((768, 3072, 12, 12), (1024, 2816, 16, 16), 224, 16),
    "base576": Shape((768, 3072, 12, 12), (1024, 2816, 16, 16), 384, 16),
    "next": Shape((384, 1536, 6, 6), (512, 1408, 8, 8), 336, 14, tiled=True),
}
# Height and width, as llava-v1.6 has them: at most four tiles beside the picture as a whole.
PINPOINTS = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
VOCABULARY = 32064
TEMPLATE = (
    "{% for message in messages %}{{ message['role'].upper() + ': ' }}"
    "{% for part in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}"
    "{% for part in message['content'] | selectattr('type', 'equalto', 'text') %}{{ part['text'] + ' ' }}{% endfor %}"
    "{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)


def tokenizer():
    """A byte-level tokenizer that has seen a sentence: the ids do not matter here."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(["USER: Describe the picture in detail. ASSISTANT: It shows a red circle."], trainer)
    bpe.add_special_tokens([AddedToken("<image>", special=True), AddedToken("<pad>", special=True)])
    bpe.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        padding_side="left",
        extra_special_tokens={"image_token": "<image>"},
    )


def configs(shape, image, pad):
    vision, vision_inner, vision_layers, vision_heads = shape.vision
    text, inner, layers, heads = shape.text
    return dict(
        vision_config=CLIPVisionConfig(
            hidden_size=vision,
            intermediate_size=vision_inner,
            num_hidden_layers=vision_layers,
            num_attention_heads=vision_heads,
            image_size=shape.side,
            patch_size=shape.patch,
        ),
        text_config=LlamaConfig(
            vocab_size=VOCABULARY,
            hidden_size=text,
            intermediate_size=inner,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=heads,
            max_position_embeddings=4096,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=pad,
        ),
        image_token_index=image,
    )


def model_of(shape, image, pad):
    if shape.tiled:
        return LlavaNextForConditionalGeneration(
            LlavaNextConfig(image_grid_pinpoints=PINPOINTS, **configs(shape, image, pad))
        )
    return LlavaForConditionalGeneration(LlavaConfig(**configs(shape, image, pad)))


def processor_of(shape, words):
    sizes = dict(size={"shortest_edge": shape.side}, crop_size={"height": shape.side, "width": shape.side})
    if shape.tiled:
        kind, images = LlavaNextProcessor, LlavaNextImageProcessorPil(image_grid_pinpoints=PINPOINTS, **sizes)
    else:
        kind, images = LlavaProcessor, CLIPImageProcessorPil(**sizes)
    return kind(
        image_processor=images,
        tokenizer=words,
        patch_size=shape.patch,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )


def main(folder, size):
    torch.manual_seed(0)
    shape = SHAPES[size]
    words = tokenizer()
    image, pad = words.convert_tokens_to_ids(["<image>", "<pad>"])
    model = model_of(shape, image, pad)
    model.generation_config = GenerationConfig(eos_token_id=1, pad_token_id=pad)
    model.save_pretrained(folder)
    processor_of(shape, words).save_pretrained(folder)
    print(json.dumps({"folder": folder, "parameters": sum(p.numel() for p in model.parameters())}))


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in SHAPES:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
