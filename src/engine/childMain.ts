import { servedApart } from './apart/serveApart';
import { servedLane } from './lanes/serveLane';
import { servedPiece } from './pieces/servePiece';

/** The entry of an engine's processes where the sources run unbundled; a bundle starts itself again. */
if (!servedLane(process.argv) && !servedApart(process.argv))
  void servedPiece(process.argv)?.then((code) => process.exit(code));
