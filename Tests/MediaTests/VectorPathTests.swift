// SPDX-License-Identifier: Apache-2.0

import Media
import Testing

@Suite struct VectorPathTests {
    @Test func wordsBecomeElements() {
        let path = VectorPath(words: "M 1 2 L 3 4 5 6 H 7 V 8 C 1 1 2 2 3 3 O 4 4 2 Z")
        #expect(
            path.elements == [
                .move(1, 2), .line(3, 4), .line(5, 6), .line(7, 6), .line(7, 8), .curve(1, 1, 2, 2, 3, 3),
                .circle(4, 4, 2),
                .close,
            ]
        )
    }

    @Test func numbersAfterAMoveAreLines() {
        #expect(VectorPath(words: "M 0 0 1 1").elements == [.move(0, 0), .line(1, 1)])
    }

    @Test func wordsWithoutSenseEndThePath() {
        #expect(VectorPath(words: "M 0 0 X 1 1 L 2 2").elements == [.move(0, 0)])
        #expect(VectorPath(words: "").elements.isEmpty)
    }
}
