// SPDX-License-Identifier: Apache-2.0

import Screen

/// Reads what the goal's days, times and durations say of calendars, clock faces, keypads, and forms that show such values.
///
/// Pickers show a number a button, and which one leads to a value follows from what they show now. That is arithmetic, so it is done here;
/// what it is worth is learned as with all facts.
struct PickerReader {
    /// What is to be picked: the first day is a beginning and the second one an end, and so with times.
    struct Wanted {
        var days: [CalendarDay] = []
        var times: [ClockTime] = []
        /// Digits as a keypad takes them.
        var keys: [[UInt8]] = []

        var isEmpty: Bool { days.isEmpty && times.isEmpty && keys.isEmpty }
    }

    /// The facts of elements that are tapped.
    private(set) var taps: [Int: CandidateFacts] = [:]
    /// Whether what is shown is as it is wanted; nil where it shows nothing of what is wanted.
    private(set) var isSettled: Bool?
    /// Whether a keypad's digits are all in; nil where there is none.
    private(set) var isKeyed: Bool?

    private let wanted: Wanted
    private let screen: ScreenState
    private let now: DeviceMoment
    /// What can be tapped, with what is written on it.
    private let targets: [(element: Element, label: String)]

    /// - Parameters:
    ///   - steps: what was done so far.
    ///   - row: the texts of the row in work, where the goal has a table.
    /// - Returns: nil where the goal says nothing of what is picked.
    init?(_ decision: Decision, steps: [StepWords], row: [String]) {
        guard let goal = decision.mind?.goal ?? decision.ledger?.goal else { return nil }
        (screen, now, wanted) = (decision.screen, goal.now, Self.wanted(goal, row: row))
        guard !wanted.isEmpty else { return nil }
        targets = decision.candidates.compactMap { candidate in
            guard case .click(let id) = candidate.action else { return nil }
            return decision.screen.element(id).map { ($0, candidate.label) }
        }
        if Popup.covers(screen) {
            calendar()
            clock(steps)
        } else {
            form()
        }
        keypad()
    }

    // MARK: - What is wanted

    static func wanted(_ goal: GoalState, row: [String]) -> Wanted {
        var wanted = Wanted()
        var durations: [Int] = []
        var values = row.map { ValueReader.value(of: $0, now: goal.now) }
        if row.isEmpty {
            // Days and times within a title are no values of their own.
            let texts = goal.best.slots.filter { slot in
                if case .text = slot.value { [.quoted, .keyed, .item].contains(slot.source) } else { false }
            }
            var taken = texts.map(\.range)
            var found: [ValueSpan] = []
            let spans = ValueReader.spans(in: goal.goal, now: goal.now).filter { $0.certainty >= 0.4 }
            for span in spans.sorted(by: { ($0.certainty, $0.range.count) > ($1.certainty, $1.range.count) })
            where !taken.contains(where: { $0.overlaps(span.range) }) {
                taken.append(span.range)
                found.append(span)
            }
            values = found.sorted { $0.range.lowerBound < $1.range.lowerBound }.map(\.value)
        }
        for value in values {
            switch value {
            case .day(let day): wanted.days.append(day)
            case .days(let first, let last): wanted.days += [first, last]
            case .time(let time): wanted.times.append(time)
            case .times(let first, let last): wanted.times += [first, last]
            case .moment(let day, let time):
                wanted.days.append(day)
                wanted.times.append(time)
            case .duration(let seconds): durations.append(seconds)
            case .text, .number, .flag: break
            }
        }
        if let first = durations.first {
            if wanted.times.count == 1, let end = end(wanted.times[0], after: first) { wanted.times.append(end) }
            wanted.keys = [keys(first)]
        }
        return wanted
    }

    private static func end(_ time: ClockTime, after seconds: Int) -> ClockTime? {
        let (sum, overflow) = time.seconds.addingReportingOverflow(seconds)
        guard !overflow, (0..<86_400).contains(sum) else { return nil }
        return ClockTime(hour: sum / 3600, minute: sum / 60 % 60, second: sum % 60)
    }

    /// Hours, minutes and seconds, two digits each, without the zeros before.
    private static func keys(_ seconds: Int) -> [UInt8] {
        guard (0..<360_000).contains(seconds) else { return [] }
        let number = seconds / 3600 * 10_000 + seconds / 60 % 60 * 100 + seconds % 60
        return number == 0 ? [] : Array("\(number)".utf8)
    }

    // MARK: - Calendars

    private mutating func calendar() {
        guard !wanted.days.isEmpty else { return }
        var days: [(id: Int, day: CalendarDay, isOn: Bool)] = []
        for (element, _) in targets where !element.contentDescription.isEmpty {
            guard case .day(let day) = ValueReader.value(of: element.contentDescription, now: now) else { continue }
            days.append((element.id, day, element.isChecked || element.flags.contains(.selected)))
        }
        // A week has seven days; fewer are no calendar.
        guard days.count >= 7, let first = days.map(\.day).min(), let last = days.map(\.day).max() else { return }
        let chosen = days.first { $0.isOn }?.day
        if let chosen, wanted.days.contains(chosen) {
            isSettled = true
            return
        }
        isSettled = false
        let want = wanted.days[0]
        for cell in days where cell.day == want { taps[cell.id, default: [:]][.pickPart] = 1 }
        guard !days.contains(where: { $0.day == want }) else { return }
        let word = want > last ? "next" : want < first ? "previous" : nil
        for (element, label) in targets where word.map(FactWords.telling(label).contains) == true {
            taps[element.id, default: [:]][.pickToward] = 1
        }
    }

    // MARK: - Clock faces

    private mutating func clock(_ steps: [StepWords]) {
        guard let first = wanted.times.first else { return }
        // Beside the numbers there are two boxes that show hour and minute and change the face.
        var numbers: [(id: Int, value: Int, isHour: Bool)] = []
        var boxes: [(id: Int, value: Int)] = []
        var halves: [(id: Int, isLater: Bool, isOn: Bool)] = []
        for (element, label) in targets {
            let word = label.lowercased()
            if word == "am" || word == "pm" {
                let isOn = element.isChecked || element.flags.contains(.selected)
                halves.append((element.id, word == "pm", isOn))
            }
            guard label.utf8.count <= 2, let value = Int(label) else { continue }
            if element.isCheckable {
                boxes.append((element.id, value))
            } else if case .duration = ValueReader.value(of: element.contentDescription, now: now) {
                numbers.append((element.id, value, element.contentDescription.contains("hour")))
            }
        }
        guard boxes.count == 2, numbers.count >= 12 else { return }
        let want = wanted.times.count > 1 && Self.opened(steps, now: now) == first ? wanted.times[1] : first
        let hour = halves.count == 2 ? (want.hour + 11) % 12 + 1 : want.hour
        let isHour = boxes[0].value == hour
        let isMinute = boxes[1].value == want.minute
        let half = halves.first { $0.isLater == (want.hour >= 12) }
        let isHalf = half?.isOn ?? true
        isSettled = isHour && isMinute && isHalf
        let showsHours = numbers.contains(where: \.isHour)
        for number in numbers
        where showsHours ? !isHour && number.value == hour : !isMinute && number.value == want.minute {
            taps[number.id, default: [:]][.pickPart] = 1
        }
        if showsHours && isHour && !isMinute { taps[boxes[1].id, default: [:]][.pickPart] = 1 }
        if !showsHours && isMinute && !isHour { taps[boxes[0].id, default: [:]][.pickPart] = 1 }
        if !isHalf, let half { taps[half.id, default: [:]][.pickPart] = 1 }
    }

    /// The time on the button that was tapped last of those that show one.
    private static func opened(_ steps: [StepWords], now: DeviceMoment) -> ClockTime? {
        for step in steps.reversed() where step.action.hasPrefix("tap \"") {
            let label = step.action.dropFirst(5).prefix { $0 != "\"" }
            if label.contains(":"), case .time(let time) = ValueReader.value(of: String(label), now: now) {
                return time
            }
        }
        return nil
    }

    // MARK: - Forms

    /// Buttons that show days and times, beside fields.
    private mutating func form() {
        guard screen.elements.contains(where: \.isEditable) else { return }
        var days: [(id: Int, isWanted: Bool)] = []
        var times: [(id: Int, isWanted: Bool)] = []
        for (element, label) in targets where !element.isCheckable && label.utf8.count <= 40 {
            for span in ValueReader.spans(in: label, now: now).prefix(3) {
                switch span.value {
                case .day(let day): days.append((element.id, day == wanted.days.value(days.count)))
                case .time(let time) where span.text.contains(":"):
                    times.append((element.id, time == wanted.times.value(times.count)))
                default: continue
                }
                break
            }
        }
        for (shown, count) in [(days.prefix(2), wanted.days.count), (times.prefix(2), wanted.times.count)] {
            let judged = shown.prefix(count)
            guard !judged.isEmpty else { continue }
            isSettled = judged.allSatisfy(\.isWanted) && isSettled != false
            for (id, isWanted) in judged where isWanted { taps[id, default: [:]][.pickSettled] = 1 }
            // The end follows its beginning.
            if let open = judged.first(where: { !$0.isWanted }) { taps[open.id, default: [:]][.pickOpen] = 1 }
        }
    }

    // MARK: - Keypads

    private mutating func keypad() {
        guard let keys = wanted.keys.first, !keys.isEmpty else { return }
        var digits: [UInt8: Int] = [:]
        for (element, label) in targets where label.utf8.count == 1 && !element.isCheckable {
            if let digit = label.utf8.first, (48...57).contains(digit) { digits[digit] = element.id }
        }
        guard digits.count == 10, !targets.contains(where: { $0.label == "11" }) else { return }
        let display = screen.elements.first { element in
            !element.isClickable && element.text.utf8.count { (48...57).contains($0) } >= 2
        }
        guard let display else { return }
        let shown = Array(display.text.utf8.filter { (48...57).contains($0) }.drop { $0 == 48 })
        isKeyed = shown == keys
        guard isKeyed == false else { return }
        if keys.starts(with: shown), let id = digits[keys[shown.count]] {
            taps[id, default: [:]][.keyNext] = 1
        } else {
            for (element, label) in targets where FactWords.telling(label).contains(where: FactWords.remove.contains) {
                taps[element.id, default: [:]][.keyWrong] = 1
            }
        }
    }
}

extension Array {
    /// The element at a place; nil beyond the last.
    fileprivate func value(_ place: Int) -> Element? { indices.contains(place) ? self[place] : nil }
}
