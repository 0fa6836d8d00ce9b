package io.deltarule.cli;

import io.deltarule.core.Form;
import io.deltarule.core.Storage;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.core.testkit.TestScope;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** The same with activations and weights in bfloat16: what that costs is at most twice what rounding them alone does. */
@Tag(TestScope.THOROUGH)
class StoredModelTest extends TornadoModelTest {
    @Override
    protected Storage storage() {
        return Storage.BFLOAT16;
    }

    @Override
    protected List<Form> forms() {
        return List.of(Form.AUTO);
    }

    @Override
    protected List<LayerCase> continuityCases() {
        return cases().subList(0, 1);
    }
}
