package io.deltarule.tornado;

import io.deltarule.core.Form;
import io.deltarule.core.Storage;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.core.testkit.LayerCases;
import io.deltarule.core.testkit.LayerLaws;
import io.deltarule.core.testkit.TestScope;
import java.util.ArrayList;
import java.util.List;

/** The laws of layers with slots and weights kept in 16 bits: twice what rounding them alone costs. */
abstract class StoredLayerTest extends LayerLaws {
    /** In bfloat16. */
    static final class BFloat16Test extends StoredLayerTest {
        @Override
        protected Storage storage() {
            return Storage.BFLOAT16;
        }
    }

    /** In half precision. */
    static final class Float16Test extends StoredLayerTest {
        @Override
        protected Storage storage() {
            return Storage.FLOAT16;
        }
    }

    @Override
    protected LayerEngine engine() {
        return new TornadoEngine();
    }

    @Override
    protected List<Form> forms() {
        return List.of(Form.AUTO);
    }

    @Override
    protected String device() {
        return TestDevice.id();
    }

    @Override
    protected List<LayerCase> cases() {
        List<LayerCase> cases = new ArrayList<>(LayerCases.all());
        cases.addAll(LayerCases.levels());
        return TestScope.thinned(cases, 12);
    }

    @Override
    protected List<LayerCase> continuityCases() {
        return List.of(
                LayerCases.programs().getFirst(),
                LayerCases.delta().get(2),
                LayerCases.deltaLens().getLast());
    }
}
