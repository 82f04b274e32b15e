"""The fixtures that make.py writes: a config in the spelling of published models, and how to draw the rest.

Widths are tiny; epsilons and bases are far from the usual ones, windows shorter than the sequences, so that a default
taken by mistake shows. `lengths` are the samples' tokens, `prompt` how many first tokens of each are not trained on.
"""

import torch

CAUSAL = {"lengths": [8, 5, 9, 4], "prompt": [0, 2, 3, 0]}


def rms(type, name, **fields):
    """A config of the families with RMS norms."""
    base = {
        "architectures": [name], "model_type": type, "hidden_size": 24, "intermediate_size": 44,
        "num_hidden_layers": 3,
        "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_act": "silu", "rms_norm_eps": 0.005,
        "rope_theta": 700.0, "vocab_size": 89, "max_position_embeddings": 64, "tie_word_embeddings": False,
        "attention_dropout": 0.0, "initializer_range": 0.02, "use_cache": True, "torch_dtype": "float32",
        "bos_token_id": 1, "eos_token_id": 2,
    }
    merged = {**base, **fields}
    return {key: value for key, value in merged.items() if value != "absent"}


GEMMA = {
    "hidden_activation": "gelu_pytorch_tanh", "attention_bias": False, "pad_token_id": 0, "bos_token_id": 2,
    "eos_token_id": 1, "tie_word_embeddings": "absent",
}
GPT2 = {
    "model_type": "gpt2", "n_embd": 24, "n_head": 4, "n_layer": 3, "n_positions": 16, "vocab_size": 89,
    "n_inner": None,
    "activation_function": "gelu_new", "layer_norm_epsilon": 0.004, "scale_attn_weights": True,
    "scale_attn_by_inverse_layer_idx": False, "reorder_and_upcast_attn": False, "attn_pdrop": 0.1, "embd_pdrop": 0.1,
    "resid_pdrop": 0.1, "initializer_range": 0.02, "torch_dtype": "float32", "use_cache": True, "bos_token_id": 1,
    "eos_token_id": 2,
}

FIXTURES = {
    "qwen3-1": {
        "seed": 301, "embedding": 0.45, **CAUSAL,
        "config": rms(
            "qwen3", "Qwen3ForCausalLM", head_dim=10, attention_bias=False, rope_theta=30000.0, rope_scaling=None,
            sliding_window=None, use_sliding_window=False, max_window_layers=28, tie_word_embeddings=True,
        ),
    },
    "gemma2-1": {
        "seed": 302, "embedding": 0.3, **CAUSAL,
        "config": rms(
            "gemma2", "Gemma2ForCausalLM", head_dim=8, hidden_act="gelu_pytorch_tanh", rope_theta=300.0,
            sliding_window=3,
            query_pre_attn_scalar=5, attn_logit_softcapping=2.0, final_logit_softcapping=6.0,
            cache_implementation="hybrid",
            **GEMMA,
        ),
    },
    "gemma3-1": {
        "seed": 303, "embedding": 0.3, **CAUSAL,
        "config": rms(
            "gemma3_text", "Gemma3ForCausalLM", num_hidden_layers=4, num_attention_heads=3, num_key_value_heads=1,
            head_dim=10,
            intermediate_size=40, vocab_size=83, hidden_act="absent", rope_theta=4000.0, rope_local_base_freq=50.0,
            rope_scaling={"factor": 5.0, "rope_type": "linear"}, sliding_window=3, sliding_window_pattern=3,
            query_pre_attn_scalar=7, attn_logit_softcapping=None, final_logit_softcapping=None,
            cache_implementation="hybrid",
            **GEMMA,
        ),
    },
    "phi3-1": {
        "seed": 304, **CAUSAL,
        "config": rms(
            "phi3", "Phi3ForCausalLM", rope_scaling=None, sliding_window=3, original_max_position_embeddings=64,
            embd_pdrop=0.0, resid_pdrop=0.0, pad_token_id=0,
        ),
    },
    "smollm3-1": {
        "seed": 305, "embedding": 0.45, **CAUSAL,
        "config": rms(
            "smollm3", "SmolLM3ForCausalLM", rope_theta=90.0, rope_scaling=None, attention_bias=False, mlp_bias=False,
            no_rope_layers=[1, 0, 0], no_rope_layer_interval=4, layer_types=["full_attention"] * 3,
            sliding_window=None,
            use_sliding_window=False, max_window_layers=28, pretraining_tp=2, pad_token_id=4,
            tie_word_embeddings="absent",
        ),
    },
    "smollm-1": {
        "seed": 306, "embedding": 0.35, **CAUSAL,
        "config": rms(
            "llama", "LlamaForCausalLM", hidden_size=36, num_attention_heads=9, num_key_value_heads=3,
            intermediate_size=36,
            vocab_size=73, rope_interleaved=False, rope_scaling=None, attention_bias=False, mlp_bias=False,
            is_llama_config=True,
            pretraining_tp=1, tie_word_embeddings=True, rope_theta=200.0,
        ),
    },
    "phi3-longrope-1": {
        "seed": 307, "embedding": 0.4, **CAUSAL,
        "config": rms(
            "phi3", "Phi3ForCausalLM", hidden_size=32, intermediate_size=36, vocab_size=83,
            partial_rotary_factor=0.75,
            original_max_position_embeddings=16, rope_theta=400.0, sliding_window=262144, attention_bias=False,
            rope_scaling={"long_factor": [2.0, 7.5, 30.0], "short_factor": [1.0, 1.75, 2.5], "type": "longrope"},
            tie_word_embeddings=True, embd_pdrop=0.0, resid_pdrop=0.0, pad_token_id=0,
        ),
    },
    "opt-post-1": {
        "seed": 308, "embedding": 0.8, **CAUSAL,
        "config": {
            "_remove_final_layer_norm": False, "activation_function": "relu", "architectures": ["OPTForCausalLM"],
            "attention_dropout": 0.0, "bos_token_id": 2, "do_layer_norm_before": False, "dropout": 0.1,
            "enable_bias": True,
            "eos_token_id": 2, "ffn_dim": 52, "hidden_size": 24, "init_std": 0.02,
            "layer_norm_elementwise_affine": True,
            "layerdrop": 0.0, "max_position_embeddings": 20, "model_type": "opt", "num_attention_heads": 3,
            "num_hidden_layers": 3, "pad_token_id": 1, "prefix": "</s>", "torch_dtype": "float32", "use_cache": True,
            "vocab_size": 89, "word_embed_proj_dim": 14,
        },
    },
    "gpt_neox-serial-1": {
        "seed": 309, **CAUSAL,
        "config": {
            "architectures": ["GPTNeoXForCausalLM"], "attention_bias": True, "attention_dropout": 0.0,
            "bos_token_id": 0,
            "eos_token_id": 0, "hidden_act": "gelu", "hidden_dropout": 0.0, "hidden_size": 24,
            "initializer_range": 0.02,
            "intermediate_size": 52, "layer_norm_eps": 0.004, "max_position_embeddings": 64, "model_type": "gpt_neox",
            "num_attention_heads": 3, "num_hidden_layers": 3, "rope_scaling": None, "rotary_emb_base": 70,
            "rotary_pct": 0.5,
            "tie_word_embeddings": False, "torch_dtype": "float32", "use_cache": True, "use_parallel_residual": False,
            "vocab_size": 89,
        },
    },
    "phi-qk-1": {
        "seed": 310, **CAUSAL,
        "config": {
            "architectures": ["PhiForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 1, "embd_pdrop": 0.0,
            "eos_token_id": 2, "hidden_act": "gelu_new", "hidden_size": 24, "initializer_range": 0.02,
            "intermediate_size": 44,
            "layer_norm_eps": 0.02, "max_position_embeddings": 64, "model_type": "phi", "num_attention_heads": 4,
            "num_hidden_layers": 3, "num_key_value_heads": 2, "partial_rotary_factor": 0.7, "qk_layernorm": True,
            "resid_pdrop": 0.0, "rope_scaling": None, "rope_theta": 60.0, "tie_word_embeddings": False,
            "torch_dtype": "float32", "use_cache": True, "vocab_size": 89,
        },
    },
    "gpt2-cls-1": {
        "seed": 311, "classes": 3, "lengths": [8, 5, 9, 4], "labels": [2, 0, 1, 2], "pad": 5,
        "config": {
            **GPT2, "architectures": ["GPT2ForSequenceClassification"], "pad_token_id": 5,
            "id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"},
            "label2id": {"LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2},
        },
    },
    "llama-cls-1": {
        "seed": 312, "classes": 2, "lengths": [8, 5, 9, 4], "labels": [1, 0, 0, 1], "pad": 3,
        "config": rms(
            "llama", "LlamaForSequenceClassification", attention_bias=True, mlp_bias=True, pad_token_id=3,
            rope_scaling=None,
            pretraining_tp=1,
        ),
    },
    "qwen2-window-1": {
        "seed": 313, **CAUSAL,
        "config": rms(
            "qwen2", "Qwen2ForCausalLM", use_sliding_window=True, sliding_window=3, max_window_layers=1,
            rope_scaling=None,
        ),
    },
    "bert-two-1": {
        "seed": 314, "classes": 2, "lengths": [8, 5, 9, 4], "labels": [1, 0, 1, 0], "segments": [3, 2, 5, 4],
        "config": {
            "architectures": ["BertForSequenceClassification"], "attention_probs_dropout_prob": 0.1,
            "classifier_dropout": None,
            "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 24, "initializer_range": 0.02,
            "intermediate_size": 52, "layer_norm_eps": 0.003, "max_position_embeddings": 16, "model_type": "bert",
            "num_attention_heads": 3, "num_hidden_layers": 3, "pad_token_id": 0,
            "position_embedding_type": "absolute",
            "torch_dtype": "float32", "type_vocab_size": 2, "use_cache": True, "vocab_size": 89,
        },
    },
    "llama-linear-1": {
        "seed": 315, **CAUSAL,
        "config": rms(
            "llama", "LlamaForCausalLM", rope_scaling={"factor": 2.5, "type": "linear"}, attention_bias=False,
            mlp_bias=False,
            pretraining_tp=1, rope_theta=120.0,
        ),
    },
    "gpt2-scaled-1": {
        "seed": 316, "embedding": 0.45, "shards": 2, "type": torch.bfloat16, **CAUSAL,
        "config": {
            **GPT2, "architectures": ["GPT2LMHeadModel"], "scale_attn_by_inverse_layer_idx": True, "n_inner": 52,
            "torch_dtype": "bfloat16",
        },
    },
    "mistral-nowindow-1": {
        "seed": 317, **CAUSAL,
        "config": rms("mistral", "MistralForCausalLM", sliding_window=None, rope_theta=150.0),
    },
}
