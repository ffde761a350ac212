package org.diffusion4j.train;

import org.diffusion4j.engine.Libtorch;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Runs a class of tests with one thread an operation. */
public final class OneThread implements BeforeAllCallback, AfterAllCallback {

    private int before;

    @Override
    public void beforeAll(ExtensionContext context) {
        before = Libtorch.threads();
        Libtorch.setThreads(1);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Libtorch.setThreads(before);
    }
}
