// SPDX-License-Identifier: Apache-2.0

/// Something that can be said of a candidate without a language model, from the goal, the ledger, the steps so far and the screen.
///
/// None of them names an app or a task. What each is worth is learned (`VerifierHead.facts`); here is only what they are. Values are 1 where
/// nothing else is said. The raw values are names in files and never change their meaning.
public enum CandidateFact: String, CaseIterable, Sendable, Codable, CodingKeyRepresentable {
    /// The version of what is kept of candidates: states that were collected with another one are collected anew.
    public static let version = 7

    // What is done.
    case tap, tapSwitch = "tap switch", tapBox = "tap box", tapField = "tap field", type, clear
    case longPress = "long press", scrollDown = "scroll down", scrollOther = "scroll", stroke, enter, remember
    case readList = "read list", openApp = "open app", back, home, wait, answer, end, giveUp = "give up"

    // The words of the element and those of the goal; an element is tapped, or typed into.
    /// The share of the label's words that the goal has, rare words of the screen counting more.
    case tapShare = "tap: share of words", typeShare = "type: share of words"
    /// The goal has a word of it.
    case tapAny = "tap: a word", typeAny = "type: a word"
    /// The label, or what stands before its first comma, stands in the goal.
    case tapWhole = "tap: whole", typeWhole = "type: whole"

    // The ledger.
    /// The label tells a value that is open, entered, done.
    case tapOpen = "tap: open value", tapEntered = "tap: entered value", tapDone = "tap: done value"
    /// A long press on an open value that is to go, or to go elsewhere.
    case pressOpen = "long press: to remove or move"
    /// The switch is not as the goal wants it; it is.
    case switchWanted = "switch: wanted", switchSettled = "switch: settled"
    /// How far the field has the name of an open value, and of one that is entered or done, 0 to 1.
    case typeOpen = "type: open name", typeClosed = "type: closed name"
    /// How well the best of the texts that are offered for it fits, by rule: from -1 to 2; where it is empty, and where a text stands in it.
    case typeFit = "type: fit", typeOverFit = "type: has text, fit"
    /// A text stands in it already.
    case typeOver = "type: has text"
    /// A text was typed into it before.
    case typeAgain = "type: again"
    /// The app is to be opened and was not; while nothing else is open.
    case openWanted = "open app: wanted", openLast = "open app: last"
    /// Nothing was done yet.
    case openFirst = "open app: first"
    /// The goal names the app in front.
    case openOther = "open app: named one in front"

    // What buttons say.
    /// Something that keeps or confirms; while something is open; with all that is not done entered.
    case commit, commitOpen = "commit: open", commitEntered = "commit: entered"
    /// Something goes, as the goal wants it; and as it does not say.
    case removeWanted = "remove: wanted", removeElse = "remove: not wanted"
    /// Something comes to be, as the goal wants it; where the goal asks a question or wants something to go.
    case createWanted = "create: wanted", createAgainst = "create: against"
    /// A menu with more; where something is to go and nothing in sight says so.
    case more, moreRemove = "more: to remove"
    /// It leaves what is shown; it searches.
    case leave, search

    // The way so far.
    /// The same was done in the step before; earlier.
    case same, before
    /// It was done on a screen that did not change.
    case inVain = "in vain"
    /// There are open values that a label would tell, and none does; one does.
    case scrollUnseen = "scroll down: not in sight", scrollSeen = "scroll down: in sight"
    /// Something is open; after typing.
    case scrollOpen = "scroll down: open", scrollTyped = "scroll down: after typing"
    /// All is done; something was kept or confirmed in the step before.
    case backDone = "back: all done", backCommitted = "back: after commit"
    /// The goal's question is unanswered; something is open; all that is not done is entered; all is done; nothing can be proven.
    case endAsked = "end: unanswered", endOpen = "end: open", endEntered = "end: entered", endDone = "end: all done"
    case endUnknown = "end: nothing to prove"
    /// A row of the goal is not done.
    case endRows = "end: rows left", backRows = "back: rows left after commit"
    /// A quarter for each step so far, 1 at most; something was kept or confirmed in the step before.
    case endSteps = "end: steps", endCommitted = "end: after commit"
    /// The goal asks no question, or it is answered.
    case answerUnasked = "answer: not asked"
    /// How good the best answer is that programs find, by rule: from -1 to 2; there is none.
    case answerFit = "answer: fit", answerNone = "answer: none found"
    /// The goal says to remember.
    case rememberWanted = "remember: wanted"
    /// The step before opened an app or a dialog, so nothing was done there yet.
    case endOpened = "end: just opened"
    /// What stands below a label has a word of the goal, where the label has none; it names a switch that is not as the goal wants it.
    case detailAny = "detail: a word", detailSwitch = "detail: wanted switch"
    /// The text that fits best stands in it already.
    case typeStands = "type: stands there"

    // Calendars, clock faces, keypads, and buttons of forms that show days and times (`PickerReader`).
    /// The number or box that leads to the value; the button to the month that has it.
    case pickPart = "pick: part", pickToward = "pick: towards"
    /// A button shows another value than is wanted; the one that is wanted.
    case pickOpen = "pick: other value", pickSettled = "pick: wanted value"
    /// It keeps what is shown, which is as wanted; which is not.
    case commitPicked = "commit: as wanted", commitUnpicked = "commit: other value"
    /// The digit that comes next; it takes away digits that are wrong.
    case keyNext = "key: next", keyWrong = "key: undo"
    /// A keypad's digits are all in; they are not.
    case endKeyed = "end: keyed", endUnkeyed = "end: not keyed"

    // What a run that nears its end asks for.
    /// It was done before, and a row is not done; all is done.
    case beforeRows = "before: rows left", beforeDone = "before: all done"
    /// Something comes to be, though nothing is open.
    case createDone = "create: nothing open"
    /// What its label begins with was tapped on the way here: a bar of folders, a title.
    case tapHere = "tap: tapped on the way"
    /// What stands in the field is a value of the goal; it is another text.
    case clearWanted = "clear: wanted text", clearOther = "clear: other text"
    /// The label has the goal's first verb; a menu with more, where no label in sight has it.
    case tapVerb = "tap: verb", moreVerb = "more: verb not in sight"
    /// Something is open; the goal's question is unanswered.
    case backOpen = "back: open", backAsked = "back: unanswered"
    /// Nothing was typed, kept, switched, drawn or held so far, though the goal asks no question.
    case endIdle = "end: nothing done"
    /// The app that the goal names was not opened; a list was read.
    case answerAway = "answer: app not opened", answerRead = "answer: list was read"
    /// The goal's question is unanswered.
    case tapAsked = "tap: unanswered", readAsked = "read list: unanswered", scrollAsked = "scroll down: unanswered"
    /// A list was read already.
    case readAgain = "read list: again"

    // Where and what an element is. Alone they say little; the network of facts sees them beside others.
    /// It tells a value of the row in work.
    case tapRow = "tap: row in work"
    /// It is a button, a tab, an item of a list; it is chosen.
    case tapButton = "tap: button", tapTab = "tap: tab", tapItem = "tap: item", tapSelected = "tap: selected"
    /// In the tenth of the display that is on top, in the lowest fifth, in the right third.
    case tapTop = "tap: top", tapLow = "tap: low", tapRight = "tap: right"
    /// It has no text of its own.
    case tapIcon = "tap: icon"
    /// Its words move or share something, change something, choose or order things.
    case tapMove = "tap: to move", tapEdit = "tap: to edit", tapSort = "tap: to choose"
    /// It is called as an app of the goal.
    case tapApp = "tap: app of the goal"
    /// The field has the focus.
    case typeFocus = "type: focus"

    // What the decision is about, as facts of ending.
    /// A dialog is in front; fields are; something scrolls down.
    case endDialog = "end: dialog", endFields = "end: fields", endScrolls = "end: scrolls"
    /// The step before typed, scrolled, changed nothing, held something, went back, switched something, read a list.
    case endTyped = "end: after typing", endScrolled = "end: after scrolling", endVain = "end: after nothing"
    case endHeld = "end: after long press", endBack = "end: after back", endSwitched = "end: after switch"
    case endRead = "end: after reading"
    /// The goal wants something to go, to go elsewhere, to come to be, to change.
    case endRemove = "end: goal removes", endMove = "end: goal moves", endCreate = "end: goal creates"
    case endEdit = "end: goal edits"
    /// A tenth for each step so far, 2 at most.
    case endLong = "end: tenths of steps"

    // Texts.
    /// How well a text fits its field or question by rule, in logarithms of odds (`TextOption.prior`).
    case textFit = "text: fit"
}

/// The facts of a candidate that hold, with their values; others are 0.
public typealias CandidateFacts = [CandidateFact: Float]
