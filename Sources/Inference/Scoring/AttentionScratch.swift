// SPDX-License-Identifier: Apache-2.0

import Kernels

/// The running softmax of a block of rows: results, greatest scores and sums of weights, as the kernels leave them.
struct AttentionState {
    let outputs: UnsafeMutablePointer<Float>
    let tops: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>

    static func floats(rows: Int, width: Int) -> Int { rows * (width + 2) }

    init(_ base: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
        outputs = base
        tops = base + rows * width
        sums = tops + rows
    }

    private init(
        _ outputs: UnsafeMutablePointer<Float>,
        _ tops: UnsafeMutablePointer<Float>,
        _ sums: UnsafeMutablePointer<Float>
    ) {
        (self.outputs, self.tops, self.sums) = (outputs, tops, sums)
    }

    /// The rows from one on.
    func from(_ row: Int, width: Int) -> AttentionState {
        AttentionState(outputs + row * width, tops + row, sums + row)
    }

    /// Nothing seen yet.
    func clear(rows: Int, width: Int) {
        outputs.update(repeating: 0, count: rows * width)
        tops.update(repeating: -.infinity, count: rows)
        sums.update(repeating: 0, count: rows)
    }
}

/// The working memory of one attention task.
struct AttentionScratch {
    /// Rows (tokens times the heads that share keys) of one task.
    static func rows(_ config: ModelConfig) -> Int {
        let group = config.headCount / config.keyValueHeadCount
        return max(48 / group, 1) * group
    }

    static func floats(_ config: ModelConfig) -> Int {
        let rows = rows(config), width = config.headWidth
        return rows * width + 2 * AttentionState.floats(rows: rows, width: width) + 4 * rows
    }

    /// The number of keys before the window of a token at `position`.
    static func hidden(_ position: Int, _ window: Int?) -> Int32 {
        Int32(max(position + 1 - (window ?? position + 1), 0))
    }

    let queries: UnsafeMutablePointer<Float>
    let state: AttentionState
    /// What a further span of keys adds.
    let added: AttentionState
    /// The keys from `hidden` up to `visible` are seen by each row.
    let hidden: UnsafeMutablePointer<Int32>
    let visible: UnsafeMutablePointer<Int32>
    /// The same, counted from where a call to a kernel begins.
    let hiddenThere: UnsafeMutablePointer<Int32>
    let visibleThere: UnsafeMutablePointer<Int32>
    /// What is left behind the above.
    let rest: UnsafeMutablePointer<Float>

    init(_ base: UnsafeMutablePointer<Float>, _ config: ModelConfig) {
        let rows = AttentionScratch.rows(config), width = config.headWidth
        queries = base
        state = AttentionState(queries + rows * width, rows: rows, width: width)
        added = AttentionState(state.sums + rows, rows: rows, width: width)
        hidden = UnsafeMutableRawPointer(added.sums + rows).bindMemory(to: Int32.self, capacity: 4 * rows)
        visible = hidden + rows
        hiddenThere = visible + rows
        visibleThere = hiddenThere + rows
        rest = base + AttentionScratch.floats(config)
    }
}
