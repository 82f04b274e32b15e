import training from '../../../fixtures/training.json';

/** What PyTorch, transformers and scikit-learn give (`scripts/reference/training.py`). */
export const reference = training;
