// SPDX-License-Identifier: Apache-2.0

/// What a word can mean where values are read.
enum ValueWord {
    /// 1 to 12, and whether the name is written out.
    case month(Int, full: Bool)
    /// 1 for Monday to 7 for Sunday.
    case weekday(Int, full: Bool)
    /// `a`, `two`, `half`.
    case count(Double)
    /// Days from today: `tomorrow` is 1.
    case relativeDay(Int)
    /// `this`, `next`, `last`, `coming`.
    case this, next, last, coming
    case day, week, weekend, monthUnit, year
    /// Seconds in one: `hours` is 3600.
    case clock(Int)
    /// `m`, which is metres and minutes.
    case metreOrMinute
    case length(Double), mass(Double), volume(Double), bytes(Double)
    case percent
    /// An index into ``currencies``, so that tokens hold nothing that is counted.
    case money(Int)
    case am, pm
    case fixedTime(Int)
    case ordinal
    case to, until, between, and, from, at, on, `in`, of, the, ago, after, before
    /// Words that are never a unit.
    case plain

    /// What money is counted in, as values name it.
    static let currencies = [
        "$", "€", "USD", "EUR", "GBP", "CHF", "JPY", "INR", "CAD", "AUD", "CNY", "SEK", "NOK", "DKK", "MXN", "BRL",
    ]

    /// The words, by their letters packed as in ``ValueTokens``.
    static let table: [UInt64: ValueWord] = {
        var table: [UInt64: ValueWord] = [:]
        func add(_ words: String, _ meaning: ValueWord) {
            for word in words.split(separator: " ") { table[ValueTokens.code(word.utf8)] = meaning }
        }
        let months = [
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sep sept", "october oct", "november nov", "december dec",
        ]
        let days = [
            "monday mon", "tuesday tue tues", "wednesday wed weds", "thursday thu thur thurs", "friday fri",
            "saturday sat", "sunday sun",
        ]
        for (index, names) in months.enumerated() {
            for (place, name) in names.split(separator: " ").enumerated() {
                add(String(name), .month(index + 1, full: place == 0))
            }
        }
        for (index, names) in days.enumerated() {
            for (place, name) in names.split(separator: " ").enumerated() {
                add(String(name), .weekday(index + 1, full: place == 0))
            }
        }
        let counts = "one two three four five six seven eight nine ten eleven twelve"
        for (index, word) in counts.split(separator: " ").enumerated() { add(String(word), .count(Double(index + 1))) }
        add("a an", .count(1))
        add("half", .count(0.5))
        add("today tonight", .relativeDay(0))
        add("tomorrow", .relativeDay(1))
        add("yesterday", .relativeDay(-1))
        add("this", .this)
        add("next following", .next)
        add("last past previous", .last)
        add("coming upcoming", .coming)
        add("day days", .day)
        add("week weeks", .week)
        add("weekend weekends", .weekend)
        add("month months", .monthUnit)
        add("year years", .year)
        add("h hr hrs hour hours", .clock(3600))
        add("min mins minute minutes", .clock(60))
        add("s sec secs second seconds", .clock(1))
        add("m", .metreOrMinute)
        add("meter meters metre metres", .length(1))
        add("km kms kilometer kilometers kilometre kilometres", .length(1000))
        add("mi mile miles", .length(1609.344))
        add("cm centimeter centimeters centimetre centimetres", .length(0.01))
        add("mm millimeter millimeters millimetre millimetres", .length(0.001))
        add("ft foot feet", .length(0.3048))
        add("g gram grams", .mass(1))
        add("kg kgs kilo kilos kilogram kilograms", .mass(1000))
        add("mg milligram milligrams", .mass(0.001))
        add("l liter liters litre litres", .volume(1))
        add("ml milliliter milliliters millilitre millilitres", .volume(0.001))
        add("cl", .volume(0.01))
        add("b byte bytes", .bytes(1))
        // As Android's file sizes are written: a kB is a thousand bytes.
        add("kb kilobyte kilobytes", .bytes(1e3))
        add("mb megabyte megabytes", .bytes(1e6))
        add("gb gigabyte gigabytes", .bytes(1e9))
        add("kib", .bytes(1024))
        add("mib", .bytes(1_048_576))
        add("gib", .bytes(1_073_741_824))
        add("percent", .percent)
        for (index, name) in currencies.enumerated() { add(name, .money(index)) }
        add("dollar dollars", .money(0))
        add("euro euros", .money(1))
        add("am", .am)
        add("pm", .pm)
        add("noon midday", .fixedTime(12))
        add("midnight", .fixedTime(0))
        add("st nd rd th", .ordinal)
        add("to", .to)
        add("until till through thru", .until)
        add("between", .between)
        add("and", .and)
        add("from", .from)
        add("at", .at)
        add("on", .on)
        add("in", .in)
        add("of", .of)
        add("the", .the)
        add("ago", .ago)
        add("after", .after)
        add("before", .before)
        let plain =
            "or by for with is are was were be been it its has have had do does did if so then as but not no yes than "
            + "that which who what when where my your our their his her he she they we you i me please also each every "
            + "per x via into onto off out up down over under about only just all any more most there here will would "
            + "should can could may must called named titled"
        for word in plain.split(separator: " ") where table[ValueTokens.code(word.utf8)] == nil {
            table[ValueTokens.code(word.utf8)] = .plain
        }
        return table
    }()
}
