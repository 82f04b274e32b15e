"""Which forward pass a model_type has. Each takes (config, weights, sample) and gives (logits, states)."""

import encoders
import norm_decoders
import rms_decoder

RMS = ("llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "gemma3_text", "smollm3", "phi3")

FAMILIES = {
    **{type: rms_decoder.forward for type in RMS},
    "gpt2": norm_decoders.gpt2,
    "gpt_neox": norm_decoders.gpt_neox,
    "opt": norm_decoders.opt,
    "phi": norm_decoders.phi,
    "bert": encoders.bert,
    "roberta": encoders.bert,
    "distilbert": encoders.distilbert,
    "vit": encoders.vit,
}


def forward(config, weights, sample):
    return FAMILIES[config["model_type"]](config, weights, sample)
