package io.deltarule.tornado;
import io.deltarule.core.*;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
final class ChunkLaunches { static List<Launch> of(PlanSpec spec, Operands x, RunTable table, KernelContext context) { throw new InvalidInputException("chunk"); } }
