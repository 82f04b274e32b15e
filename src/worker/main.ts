import { answeredProbe } from '../engine/devices';
import { servedLane } from '../engine/lanes/serveLane';
import { servedApart } from '../engine/apart/serveApart';
import { servedPiece } from '../engine/pieces/servePiece';
import { endOnSurprise } from './process';
import { serve } from './serve';

endOnSurprise();
const piece = servedPiece(process.argv);
if (piece !== undefined) void piece.then((code) => process.exit(code));
else if (!servedLane(process.argv) && !servedApart(process.argv))
  void answeredProbe(process.argv).then((answered) => {
    if (!answered) serve();
    else process.exit(0);
  });
