package io.deltarule.cli;

import io.deltarule.core.Engines;
import io.deltarule.core.Form;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.core.testkit.LayerLaws;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.models.ModelCases;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Whole layers and hybrids on the TornadoVM engine: some of them on the emulator, which is slow, all on a device. */
@Tag(TestScope.THOROUGH)
class TornadoModelTest extends LayerLaws {
    private static final String DEVICE = System.getProperty("deltarule.test.device", "emulator");

    @Override
    protected LayerEngine engine() {
        return LayerEngine.of(Engines.named("tornado"));
    }

    /** The engine's own choice is chunks but for single tokens. */
    @Override
    protected List<Form> forms() {
        return List.of(Form.RECURRENT, Form.AUTO);
    }

    @Override
    protected String device() {
        return DEVICE.equals("first") ? engine().devices().getFirst().id() : DEVICE;
    }

    @Override
    protected List<LayerCase> cases() {
        if (!DEVICE.equals("emulator")) {
            return ModelCases.all();
        }
        List<LayerCase> some = new ArrayList<>();
        for (List<LayerCase> kind : List.of(ModelCases.lens(), ModelCases.attention())) {
            some.add(kind.getLast());
        }
        some.add(ModelCases.blocks().getFirst());
        ModelCases.linear().stream().filter(c -> c.name().contains("levels")).forEach(some::add);
        return some;
    }
}
