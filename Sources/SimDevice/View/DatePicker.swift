// SPDX-License-Identifier: Apache-2.0

import Media

/// A day of the calendar.
struct CalendarDay: Hashable {
    var year: Int
    /// 1...12
    var month: Int
    /// 1...31
    var day: Int

    /// Days since 1 January 1970 (the algorithm of Howard Hinnant's `days_from_civil`).
    var number: Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
    }

    init(year: Int, month: Int, day: Int) { (self.year, self.month, self.day) = (year, month, day) }

    /// The day that is `number` days after 1 January 1970.
    init(number: Int) {
        let z = number + 719468
        let era = (z >= 0 ? z : z - 146096) / 146097
        let dayOfEra = z - era * 146097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// 0 is Sunday.
    var weekday: Int { ((number + 4) % 7 + 7) % 7 }

    /// The first of the month that is `by` months away.
    func firstOfMonth(plus by: Int = 0) -> CalendarDay {
        let months = year * 12 + month - 1 + by
        let year = months >= 0 ? months / 12 : (months - 11) / 12
        return CalendarDay(year: year, month: months - year * 12 + 1, day: 1)
    }

    var daysInMonth: Int { firstOfMonth(plus: 1).number - firstOfMonth().number }

    static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let weekdayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    var monthName: String { Self.monthNames[min(max(month, 1), 12) - 1] }
    var weekdayName: String { Self.weekdayNames[weekday] }
    /// `Sun, Oct 15`
    var short: String { "\(weekdayName.prefix(3)), \(monthName.prefix(3)) \(day)" }
    /// `15 October 2023`
    var spoken: String { "\(day < 10 ? "0" : "")\(day) \(monthName) \(year)" }
}

/// Android's calendar dialog: the month as a grid of days, with arrows to its neighbours.
struct DatePicker {
    /// The day that is marked.
    var day: CalendarDay
    /// The first of the month that is shown.
    var month: CalendarDay
    var choosingYear = false

    init(_ day: CalendarDay) {
        self.day = day
        month = day.firstOfMonth()
    }

    /// The dialog. `change` puts the changed picker back into the app's state.
    ///
    /// - Parameter wide: whether the days stand beside the heading, as on a display held sideways.
    func dialog(
        wide: Bool = false,
        change: @escaping (DatePicker) -> Void,
        ok: @escaping Handler,
        cancel: @escaping Handler
    ) -> Dialog {
        var dialog = Dialog(
            positive: .init("OK", ok),
            negative: .init("Cancel", cancel),
            dismiss: cancel
        )
        let body = choosingYear ? years(change) : days(change)
        let content: View =
            if wide {
                HStack {
                    header(change).width(150).align(.topCenter)
                    body.weight()
                }.view
            } else {
                VStack {
                    header(change)
                    body
                }.view
            }
        dialog.content =
            content
            .className("android.widget.DatePicker")
            .id("android:id/datePicker")
            .fillWidth()
        return dialog
    }

    private func with(_ edit: (inout DatePicker) -> Void) -> DatePicker {
        var copy = self
        edit(&copy)
        return copy
    }

    private func header(_ change: @escaping (DatePicker) -> Void) -> View {
        VStack(spacing: 4) {
            Text("\(day.year)", size: 16, weight: .medium, color: .onSurfaceVariant)
                .id("android:id/date_picker_header_year")
                .onClick { change(with { $0.choosingYear = true }) }
            Text(day.short, size: 32)
                .id("android:id/date_picker_header_date")
                .onClick { change(with { $0.choosingYear = false }) }
        }
        .id("android:id/date_picker_header")
        .padding(horizontal: 24, vertical: 16)
        .fillWidth()
    }

    private func days(_ change: @escaping (DatePicker) -> Void) -> View {
        let lead = month.weekday
        return VStack {
            HStack {
                IconButton(.chevronLeft, "Previous month") { change(with { $0.month = month.firstOfMonth(plus: -1) }) }
                    .id("android:id/prev")
                Text("\(month.monthName) \(month.year)", size: 14, weight: .medium, align: .center).weight()
                IconButton(.chevronRight, "Next month") { change(with { $0.month = month.firstOfMonth(plus: 1) }) }
                    .id("android:id/next")
            }
            .unlisted()
            .fillWidth()
            Grid(columns: 7) {
                for name in CalendarDay.weekdayNames {
                    Text(String(name.prefix(1)), size: 12, color: .onSurfaceVariant, align: .center).unlisted().height(
                        28
                    )
                }
                for _ in 0..<lead { Spacer(36) }
                for number in 1...month.daysInMonth {
                    cell(CalendarDay(year: month.year, month: month.month, day: number), change)
                }
            }
            .className("android.view.View")
            .id("android:id/month_view")
            .padding(horizontal: 8)
        }
        .padding(bottom: 8)
        .fillWidth()
    }

    private func cell(_ cell: CalendarDay, _ change: @escaping (DatePicker) -> Void) -> View {
        let on = cell == day
        return ZStack {
            Text("\(cell.day)", size: 14, color: on ? .onPrimary : .onSurface, align: .center).unlisted().align(.center)
        }
        .className("android.view.View")
        .withText("\(cell.day)")
        .described(cell.spoken)
        .checkable()
        .checked(on)
        .height(40)
        .background(on ? .primary : .clear, radius: 20)
        .onClick { change(with { $0.day = cell }) }
    }

    private func years(_ change: @escaping (DatePicker) -> Void) -> View {
        ScrollView {
            for year in (day.year - 12)...(day.year + 12) {
                Text("\(year)", size: 18, color: year == day.year ? .primary : .onSurface, align: .center)
                    .id("android:id/text1")
                    .fillWidth()
                    .padding(vertical: 12)
                    .onClick {
                        change(
                            with {
                                $0.choosingYear = false
                                let first = CalendarDay(year: year, month: day.month, day: 1)
                                $0.day = CalendarDay(year: year, month: day.month, day: min(day.day, first.daysInMonth))
                                $0.month = first
                            }
                        )
                    }
            }
        }
        .className("android.widget.ListView")
        .height(300)
    }
}
