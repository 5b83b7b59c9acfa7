package io.flinkllava.runtime.checkpoint;

/** Published {@code config.json} files of the original layout, the later as what differs. */
final class OriginalConfigs {

    /** {@code liuhaotian/llava-v1.5-7b}. */
    static final String LLAVA_15_7B =
            """
            {
              "_name_or_path": "llava-v1.5-7b",
              "architectures": ["LlavaLlamaForCausalLM"],
              "bos_token_id": 1,
              "eos_token_id": 2,
              "freeze_mm_mlp_adapter": false,
              "freeze_mm_vision_resampler": false,
              "hidden_act": "silu",
              "hidden_size": 4096,
              "image_aspect_ratio": "pad",
              "initializer_range": 0.02,
              "intermediate_size": 11008,
              "max_length": 4096,
              "max_position_embeddings": 4096,
              "mm_hidden_size": 1024,
              "mm_projector_type": "mlp2x_gelu",
              "mm_resampler_type": null,
              "mm_use_im_patch_token": false,
              "mm_use_im_start_end": false,
              "mm_vision_select_feature": "patch",
              "mm_vision_select_layer": -2,
              "mm_vision_tower": "openai/clip-vit-large-patch14-336",
              "model_type": "llava",
              "num_attention_heads": 32,
              "num_hidden_layers": 32,
              "num_key_value_heads": 32,
              "pad_token_id": 0,
              "pretraining_tp": 1,
              "rms_norm_eps": 1e-05,
              "rope_scaling": null,
              "tie_word_embeddings": false,
              "torch_dtype": "float16",
              "transformers_version": "4.31.0",
              "tune_mm_mlp_adapter": false,
              "tune_mm_vision_resampler": false,
              "unfreeze_mm_vision_tower": false,
              "use_cache": true,
              "use_mm_proj": true,
              "vocab_size": 32000
            }
            """;

    /** What 1.6 adds. */
    static final String TILES =
            """
            {
              "image_aspect_ratio": "anyres",
              "image_crop_resolution": 224,
              "image_grid_pinpoints": [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]],
              "image_split_resolution": 224,
              "mm_patch_merge_type": "spatial_unpad",
              "mm_projector_lr": null,
              "mm_vision_tower_lr": 2e-06,
              "tokenizer_model_max_length": 4096,
              "tokenizer_padding_side": "right",
              "unfreeze_mm_vision_tower": true
            }
            """;

    /** {@code liuhaotian/llava-v1.6-mistral-7b} beside these. */
    static final String MISTRAL =
            """
            {
              "architectures": ["LlavaMistralForCausalLM"],
              "attention_dropout": 0.0,
              "intermediate_size": 14336,
              "max_position_embeddings": 32768,
              "model_type": "llava_mistral",
              "num_key_value_heads": 8,
              "rope_theta": 1000000.0,
              "sliding_window": null
            }
            """;

    /** {@code liuhaotian/llava-v1.6-34b} beside these. */
    static final String YI_34B =
            """
            {
              "attention_bias": false,
              "eos_token_id": 7,
              "hidden_size": 7168,
              "intermediate_size": 20480,
              "num_attention_heads": 56,
              "num_hidden_layers": 60,
              "num_key_value_heads": 8,
              "rope_theta": 5000000.0,
              "vocab_size": 64000
            }
            """;

    /** {@code lmms-lab/llava-onevision-qwen2-7b-ov} beside LLaVA-1.5. */
    static final String ONEVISION_7B =
            """
            {
              "architectures": ["LlavaQwenForCausalLM"],
              "hidden_size": 3584,
              "image_aspect_ratio": "anyres_max_9",
              "image_crop_resolution": null,
              "image_grid_pinpoints": "(1x1),...,(6x6)",
              "image_token_index": 151646,
              "intermediate_size": 18944,
              "max_position_embeddings": 32768,
              "mm_hidden_size": 1152,
              "mm_newline_position": "one_token",
              "mm_patch_merge_type": "spatial_unpad",
              "mm_spatial_pool_mode": "bilinear",
              "mm_spatial_pool_stride": null,
              "mm_tunable_parts": "mm_vision_tower,mm_mlp_adapter,mm_language_model",
              "mm_vision_tower": "google/siglip-so400m-patch14-384",
              "num_attention_heads": 28,
              "num_hidden_layers": 28,
              "num_key_value_heads": 4,
              "rms_norm_eps": 1e-06,
              "rope_theta": 1000000.0,
              "sliding_window": 131072,
              "use_sliding_window": false,
              "vocab_size": 152064
            }
            """;

    private OriginalConfigs() {}
}
