"""For each fixture, the mistakes that it must show: the same weights under another config or with another step.

Each is a name and a function from the config (a copy) to the wrong config. `_override` replaces entries of
rms_settings.settings. `SAME` holds other spellings of the same model, which must change nothing.
"""


def put(**fields):
    return lambda c: {**c, **fields}


def drop(*keys):
    return lambda c: {key: value for key, value in c.items() if key not in keys}


def override(**fields):
    return lambda c: {**c, "_override": fields}


def rope(**fields):
    return lambda c: {**c, "rope_scaling": {**c["rope_scaling"], **fields}}


EPS = ("usual epsilon", put(rms_norm_eps=1e-6))
THETA = ("usual base", put(rope_theta=10000.0))

MISTAKES = {
    "qwen3-1": [
        EPS, THETA, ("no q and k norm", override(qk_norm=False)), ("scale of hidden / heads",
        override(scale=6**-0.5)),
    ],
    "gemma2-1": [
        EPS, THETA, ("window + 1", put(sliding_window=4)), ("no window", put(sliding_window=None)),
        ("every layer slides", override(windows=[3, 3, 3])), ("odd layers slide", override(windows=[None, 3, None])),
        ("no attention cap", override(cap=None)), ("usual attention cap", put(attn_logit_softcapping=50.0)),
        ("no final cap", put(final_logit_softcapping=None)), ("usual final cap", put(final_logit_softcapping=30.0)),
        ("scale of the head size", put(query_pre_attn_scalar=8)), ("weight without + 1", override(plus_one=False)),
        ("no embedding factor", override(embedding_factor=1.0)), ("gelu with erf", put(hidden_activation="gelu")),
    ],
    "gemma3-1": [
        EPS, ("usual global base", put(rope_theta=1e6)), ("usual local base", put(rope_local_base_freq=1e4)),
        ("no scaling", put(rope_scaling=None)), ("pattern 2", put(sliding_window_pattern=2)),
        ("usual pattern", drop("sliding_window_pattern")), ("window + 1", put(sliding_window=4)),
        ("every layer global", override(windows=[None] * 4)), ("scale of the head size",
        put(query_pre_attn_scalar=10)),
        ("local layers scaled too", lambda c: override(ropes=[
            {"rope_theta": 4000.0 if i == 2 else 50.0, **c["rope_scaling"]} for i in range(4)])(c)),
        ("one base for all", lambda c: override(ropes=[{"rope_theta": 4000.0, **c["rope_scaling"]}] * 4)(c)),
        ("no q and k norm", override(qk_norm=False)), ("weight without + 1", override(plus_one=False)),
    ],
    "phi3-1": [EPS, THETA, ("window + 1", put(sliding_window=4)), ("no window", put(sliding_window=None))],
    "smollm3-1": [
        EPS, ("usual base", put(rope_theta=2e6)), ("rotary everywhere", put(no_rope_layers=[1, 1, 1])),
        ("list ignored", put(no_rope_layers=None)), ("list read the other way", put(no_rope_layers=[0, 1, 1])),
    ],
    "smollm-1": [EPS, THETA],
    "phi3-longrope-1": [
        EPS, THETA, ("no scaling", put(rope_scaling=None)), ("factor 1 on cos and sin", rope(attention_factor=1.0)),
        ("long factors", put(original_max_position_embeddings=3)), ("whole head turns",
        lambda c: override(rotary_dim=8)(rope(short_factor=[1.0, 1.75, 2.5, 1.0])(c))),
        ("other short factors", rope(short_factor=[1.0, 1.75, 2.4])),
    ],
    "opt-post-1": [
        ("norms before", lambda c: {**c, "do_layer_norm_before": True, "_remove_final_layer_norm": True}),
        ("gelu", put(activation_function="gelu")),
    ],
    "gpt_neox-serial-1": [
        ("parallel residual", put(use_parallel_residual=True)), ("usual base", put(rotary_emb_base=10000)),
        ("usual share", put(rotary_pct=0.25)), ("usual epsilon", put(layer_norm_eps=1e-5)), ("tanh",
        put(hidden_act="gelu_new")),
    ],
    "phi-qk-1": [
        ("no q and k norm", put(qk_layernorm=False)), ("usual base", put(rope_theta=10000.0)),
        ("usual share", put(partial_rotary_factor=0.5)), ("usual epsilon", put(layer_norm_eps=1e-5)),
        ("erf", put(hidden_act="gelu")),
    ],
    "gpt2-cls-1": [("erf", put(activation_function="gelu")), ("usual epsilon", put(layer_norm_epsilon=1e-5))],
    "llama-cls-1": [EPS, THETA],
    "qwen2-window-1": [
        EPS, THETA, ("window off", put(use_sliding_window=False)), ("window + 1", put(sliding_window=4)),
        ("every layer slides", put(max_window_layers=0)), ("bottom layers slide", override(windows=[3, None, None])),
        ("one layer later", put(max_window_layers=2)),
    ],
    "bert-two-1": [("tanh", put(hidden_act="gelu_new")), ("usual epsilon", put(layer_norm_eps=1e-12))],
    "llama-linear-1": [EPS, THETA, ("no scaling", put(rope_scaling=None)), ("factor 2", rope(factor=2.0))],
    "gpt2-scaled-1": [
        ("no inverse layer", put(scale_attn_by_inverse_layer_idx=False)), ("erf", put(activation_function="gelu")),
        ("usual epsilon", put(layer_norm_epsilon=1e-5)),
    ],
    "mistral-nowindow-1": [EPS, THETA, ("a window", put(sliding_window=4))],
}

FLAT = {"rope_theta": 30000.0, "rope_type": "default"}
SAME = {
    "qwen3-1": [("rope_parameters", lambda c: put(rope_parameters=FLAT)(drop("rope_theta", "rope_scaling")(c)))],
    "gemma2-1": [
        ("layer_types", put(layer_types=["sliding_attention", "full_attention", "sliding_attention"])),
        ("hidden_act is not read", put(hidden_act="relu")),
    ],
    "gemma3-1": [
        ("layer_types and rope_parameters", lambda c: {
            **drop("rope_theta", "rope_local_base_freq", "rope_scaling", "sliding_window_pattern")(c),
            "layer_types": ["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"],
            "rope_parameters": {
                "full_attention": {"factor": 5.0, "rope_theta": 4000.0, "rope_type": "linear"},
                "sliding_attention": {"rope_theta": 50.0, "rope_type": "default"},
            },
        }),
    ],
    "phi3-longrope-1": [("other long factors", rope(long_factor=[9.0, 9.0, 9.0]))],
    "qwen2-window-1": [("layer_types", put(layer_types=["full_attention"] + ["sliding_attention"] * 2))],
}
