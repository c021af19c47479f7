// SPDX-License-Identifier: Apache-2.0

extension GoalState {
    /// A goal with readings that are known already, such as those of a macro.
    ///
    /// - Parameter readings: the likeliest first; none at all is one that says nothing.
    public init(_ goal: String, now: DeviceMoment, readings: [GoalReading]) {
        self.goal = goal
        self.now = now
        self.readings = readings.isEmpty ? [GoalReading()] : readings
    }
}
