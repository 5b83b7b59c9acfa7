"""The architecture: a CLIP vision tower, a projector and a LLaMA language model, 3.5 million weights in all."""
from __future__ import annotations

import torch
from transformers import (CLIPVisionConfig, GenerationConfig, LlamaConfig, LlamaForCausalLM, LlavaConfig,
                          LlavaForConditionalGeneration)

from language import KO
from world import LETTERS, PATCH, SHAPES, SIDE


def vision_config() -> CLIPVisionConfig:
    return CLIPVisionConfig(hidden_size=128, intermediate_size=512, num_hidden_layers=6, num_attention_heads=4,
                            image_size=SIDE, patch_size=PATCH, projection_dim=128)


def text_config(tokenizer) -> LlamaConfig:
    return LlamaConfig(vocab_size=len(tokenizer), hidden_size=192, intermediate_size=512, num_hidden_layers=4,
                       num_attention_heads=6, num_key_value_heads=6, rms_norm_eps=1e-5, max_position_embeddings=1024,
                       rope_parameters={"rope_type": "default", "rope_theta": 1e6},
                       bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
                       pad_token_id=tokenizer.pad_token_id, attn_implementation="sdpa")


def language_model(tokenizer) -> LlamaForCausalLM:
    """A fresh language model whose attention starts by looking up and copying equal things.

    Queries and keys start equal and values are undone by the output projection ("mimetic initialisation", Trockman and
    Kolter 2023): a word attends to positions that hold the same word, and takes along what else stands there. To find that
    circuit from random weights takes a small model longer than everything else.
    """
    model = LlamaForCausalLM(text_config(tokenizer))
    config = model.config
    width, layers = config.hidden_size, config.num_hidden_layers
    with torch.no_grad():
        embedding = model.model.embed_tokens.weight
        embedding.normal_()
        embedding[config.pad_token_id] = 0
        for first, *others in synonyms(tokenizer):
            for other in others:
                embedding[other] = 0.9 * embedding[first] + 0.44 * embedding[other]
        model.lm_head.weight.copy_(embedding * width ** -0.5)
        for layer in model.model.layers:
            attention, mlp = layer.self_attn, layer.mlp
            attention.q_proj.weight.normal_(std=0.75 * width ** -0.5)
            attention.k_proj.weight.copy_(attention.q_proj.weight)
            torch.nn.init.orthogonal_(attention.v_proj.weight)
            attention.o_proj.weight.copy_(0.7 * attention.v_proj.weight.T)
            for projection in (mlp.gate_proj, mlp.up_proj):
                projection.weight.normal_(std=width ** -0.5)
            mlp.down_proj.weight.normal_(std=(config.intermediate_size * 2 * layers) ** -0.5)
    return model


def synonyms(tokenizer) -> list[list[int]]:
    """Tokens that say the same: a word with and without its leading space, its plural, its Korean."""
    plurals = {s + ("es" if s == "cross" else "s"): s for s in (*SHAPES, "object")}
    same = [[english, *korean.split(" ")[:1]] for english, korean in KO.items() if " " not in english]
    same += [["top", "above"], ["bottom", "below"]] + [[s, p] for p, s in plurals.items()] + [[c] for c in LETTERS]
    groups = []
    for words in same:
        spellings = dict.fromkeys([words[0], *(space + word for word in words for space in (" ", ""))])
        ids = [tokenizer.encode(spelling, add_special_tokens=False) for spelling in spellings]
        group = list(dict.fromkeys(i[0] for i in ids if len(i) == 1))
        if len(group) > 1:
            groups.append(group)
    return groups


def build(tokenizer, tower: dict, text: dict, linear_projector: bool = False) -> LlavaForConditionalGeneration:
    """LLaVA from its two pretrained halves (state dicts) and a fresh projector."""
    config = LlavaConfig(vision_config=vision_config(), text_config=text_config(tokenizer),
                         image_token_index=tokenizer.convert_tokens_to_ids("<image>"), image_seq_length=64, vision_feature_layer=-2,
                         vision_feature_select_strategy="default", projector_hidden_act="gelu")
    model = LlavaForConditionalGeneration(config)
    if linear_projector:                                   # the ablation: LLaVA v1's single matrix
        projector = model.model.multi_modal_projector
        projector.act = torch.nn.Identity()
        projector.linear_2 = torch.nn.Identity()
    model.model.vision_tower.load_state_dict(tower)
    whole = LlamaForCausalLM(text_config(tokenizer))
    whole.load_state_dict(text)
    model.model.language_model.load_state_dict(whole.model.state_dict())
    model.lm_head.load_state_dict(whole.lm_head.state_dict())
    model.generation_config = GenerationConfig(bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
                                               pad_token_id=tokenizer.pad_token_id)
    return model
