// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Screen

/// The words of instructions, several for each thing: `%` stands for the name of an element or app, `#` for a text to type.
enum InstructionWords {
    static func tap(_ role: Element.Role) -> [String] {
        let all = ["tap %", "press %", "click %", "touch %", "select %", "choose %", "hit %", "tap on %", "pick %"]
        switch role {
        case .button, .image:
            return all + ["press the % button", "push the button %", "use the % button", "tap the button %"]
        case .item, .group, .text, .link:
            return all + ["open %", "go to %", "go into %", "show me %", "open the entry %"]
        default: return all
        }
    }

    static let below = [
        "tap what stands right below %", "open the one under %", "select the entry after %", "choose the item below %",
        "press the next one after %",
    ]
    static let tab = ["open the tab %", "switch to the % tab", "go to the tab %", "show the % tab", "change to %"]
    static let option = ["select the option %", "choose %", "set it to %", "pick the option %", "pick %", "make it %"]
    static let focus = [
        "tap the field %", "put the cursor into %", "tap into the % field", "focus the field %", "go into the field %",
    ]
    static let clear = [
        "clear %", "empty the field %", "delete the text in %", "remove what stands in %", "wipe the % field",
    ]
    static let type = [
        "type \"#\" into %", "enter \"#\" as %", "write \"#\" in the field %", "put \"#\" into %", "fill % with \"#\"",
        "set % to \"#\"", "type # into the field %", "enter # in %", "write # into the % field",
    ]
    static let longPress = ["long press %", "press and hold %", "hold your finger on %", "touch % and hold it"]
    static let enter = [
        "press enter", "hit the enter key", "press the return key", "confirm what was typed with enter",
        "push enter on the keyboard",
    ]
    static let readList = [
        "read the list", "read the whole list", "go through all entries of the list", "note all rows of the list",
        "read everything in the list",
    ]
    static let remember = [
        "remember %", "make a note of %", "keep % in mind", "write % down for later", "note %", "memorize %",
    ]
    static let back = [
        "go back", "go one page back", "return to the page before", "press back", "leave this page",
        "go back to where you came from", "go one step back",
    ]
    static let home = [
        "go to the home screen", "go home", "press the home button", "show the home screen",
        "leave the app for the home screen",
        "return to the home screen",
    ]
    static let open = [
        "open %", "open the app %", "start %", "launch %", "open the % app", "switch to the app %", "go to the % app",
        "bring up %",
        "run the app %",
    ]
    static let wait = [
        "wait", "wait a moment", "wait a bit", "do nothing for a moment", "give it a second", "hold on a moment",
    ]
    static let question = [
        "what stands under %?", "what does it say under %?", "which text is below %?", "what is written at %?",
        "what is set for %?", "what does the line under % say?",
    ]
    static let fieldQuestion = [
        "what stands in the field %?", "what is in %?", "which text does the field % have?", "what does % say?",
        "what was entered as %?",
    ]

    static func toggle(on: Bool) -> [String] {
        let state = on ? "on" : "off"
        let verb = on ? "enable" : "disable"
        return [
            "switch % \(state)", "turn % \(state)", "turn \(state) %", "switch \(state) %", "\(verb) %",
            "\(on ? "activate" : "deactivate") %", "set the switch % to \(state)", "\(verb) the option %",
            "make sure that % is \(state)",
        ]
    }

    static func tick(on: Bool) -> [String] {
        on
            ? [
                "tick %", "check %", "tick the box %", "put a check mark at %", "check the box of %",
                "make sure % is ticked",
            ]
            : ["untick %", "uncheck %", "take the tick off %", "clear the check mark at %", "uncheck the box of %"]
    }

    static func slide(up: Bool) -> [String] {
        let end = up ? "highest" : "lowest"
        return [
            "slide % to the \(end)", "move % all the way \(up ? "up" : "down")",
            "set % to the \(up ? "maximum" : "minimum")",
            "turn % \(up ? "up" : "down") all the way", "drag the slider % to the \(up ? "right" : "left") end",
            "put % at its \(end)",
        ]
    }

    static func scroll(_ direction: ScrollDirection) -> [String] {
        let way = direction.rawValue
        let more =
            switch direction {
            case .down: ["show what is further down", "go further down the page", "scroll on", "see what comes below"]
            case .up: ["show what is further up", "go further up the page", "scroll back up", "see what comes above"]
            case .left: ["show what is to the left", "go to the previous page here"]
            case .right: ["show what is to the right", "go to the next page here"]
            }
        return ["scroll \(way)", "scroll \(way) a bit", "scroll the page \(way)", "move \(way) on this page"] + more
    }

    static func draw(_ direction: StrokeDirection) -> [String] {
        let way = direction.rawValue.replacing(" ", with: " and ")
        return ["draw a short line \(way) on %", "draw \(way) on %", "make a stroke \(way) on %", "move over % \(way)"]
    }

    /// An instruction in one of some words, plain, polite or with a word on where, its name in quotes or without.
    static func goal(_ words: [String], name: String, using random: inout SeededRandom) -> String {
        let parts = name.split(separator: "\u{0}").map(String.init)
        let isQuoted = Int.random(in: 0..<10, using: &random) < 6
        let quoted = parts.map { isQuoted ? "\"\($0)\"" : $0 }
        let between = ["of", "next to", "at", "beside"][Int.random(in: 0..<4, using: &random)]
        let text = (words.randomElement(using: &random) ?? "").replacing(
            "%",
            with: quoted.joined(separator: " \(between) ")
        )
        let isQuestion = text.hasSuffix("?")
        let place = [" on this screen", " here", " on this page", " now"][Int.random(in: 0..<4, using: &random)]
        switch Int.random(in: 0..<12, using: &random) {
        case 0...1 where !isQuestion: return "Please \(text)."
        case 2 where !isQuestion: return "Could you \(text), please?"
        case 3 where !isQuestion: return capital(text + place) + "."
        case 4 where !isQuestion: return "I want you to \(text)."
        case 5...7 where !isQuestion: return capital(text) + "."
        default: return capital(text)
        }
    }

    private static func capital(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    /// A text that belongs into a field with this label.
    static func text(for label: String, using random: inout SeededRandom) -> String {
        let label = label.lowercased()
        let kind = texts.first { entry in entry.words.contains { label.contains($0) } }?.texts ?? anything
        return kind.randomElement(using: &random) ?? "text"
    }

    private static let texts: [(words: [String], texts: [String])] = [
        (["phone", "number", "recipient"], ["555 0142", "+49 30 5550199", "555-0107", "0171 5550123"]),
        (["mail"], ["anna@example.org", "info@example.com", "tom.berg@example.net"]),
        (["amount", "price", "minutes", "hours", "seconds", "servings"], ["12", "7", "45", "3", "90", "18"]),
        (["file", "folder"], ["plan_2024.txt", "list.md", "Holiday", "report_final.md", "Recipes"]),
        (["first name", "last name"], ["Anna", "Tom", "Weber", "Mia", "Okafor", "Lindqvist"]),
        (["location", "place", "address"], ["Main Street 12", "Berlin", "Old Town Hall", "Room 4"]),
        (["search"], ["coffee", "Anna", "holiday", "invoice", "music"]),
    ]
    private static let anything = [
        "Buy milk", "Dinner with Tom", "Weekend plans", "Hello there", "Anna Weber", "Team meeting", "Call the dentist",
        "Blue bicycle",
        "42", "See you at noon", "Summer trip", "Bring the keys", "Tea and biscuits", "Rainy day songs",
    ]
}
