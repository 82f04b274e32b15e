/** A config as a user of Axolotl writes it, on the sample's model. */
export const axolotl = `# mine
base_model: ../model # the sample's
adapter: lora
lora_r: 8
lora_alpha: 16
lora_target_modules:
  - q_proj
  - v_proj
micro_batch_size: 8
`;
