import { join } from 'node:path';

/** Where the sample is made; everything under `cache` can be made again and is not committed. */
export const paths = {
  cache: join(__dirname, '.cache'),
  model: join(__dirname, '..', '..', 'media', 'sample', 'model'),
  data: join(__dirname, '..', '..', 'media', 'sample', 'data'),
};
