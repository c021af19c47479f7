// SPDX-License-Identifier: Apache-2.0

/// English words by what they do in a goal. None of them is the name of an app.
enum GoalWords {
    /// What a device is told to do.
    static let verbs = WordSet(
        """
        accept activate add adjust alert answer append archive arrange ask attach block book bookmark brighten bring buy call cancel
        change charge check choose clean clear click clone close compose connect convert copy count create cut deactivate decline
        decrease delete dial dim disable disconnect dismiss display download draft draw draft drop edit email empty enable enter
        erase export fill find finish forward get give go grant hang hide hit import include increase insert install invite
        join keep launch leave let like list listen load lock log look lower make mark memorize merge message minimize move mute
        name navigate note notify open order organize pair paste pause perform phone pick pin place plan play post prepend press
        print put raise read rearrange receive record redial refresh reject remember remind remove rename repeat replace reply
        report resend reset respond restart restore resume return ring run save say scan schedule scroll search select send set
        share shoot show shuffle shut silence skip snap snooze sort split start stop store submit subscribe sum swipe switch sync
        take tap tell text toggle transcribe transfer translate turn type undo uninstall unlock unmute unpair update upload use
        verify view visit wake watch wish write zoom txt msg sms
        """
    )

    /// Verbs that speak to a person: what follows is the person, then what is said.
    static let messageVerbs = WordSet("text message msg txt sms tell ask email mail notify inform wish ping")
    /// Verbs after which a person or a number may stand.
    static let personVerbs = WordSet(
        "text message msg txt sms tell ask email mail call phone ring dial invite notify inform wish ping contact send"
    )

    /// Kinds of things; their singular is kept as the name of a slot.
    static let things = WordSet(
        """
        activity event task note recipe expense meeting contact message photo picture image song track video file workout run
        ride alarm reminder appointment call email transaction playlist item to-do todo folder document waypoint stop favorite
        marker entry tab app bill memo recording clip list checklist timer mail sms receipt order product book tag member guest
        person friend attendee title exercise hike walk trip step album group chat station place location purchase
        payment errand chore thing ingredient artist category notification account drawing name number date participant place
        """
    )

    /// What a field is called.
    static let fields = WordSet(
        """
        title name description content contents text message note body subject caption comment label category location address
        phone number mobile email e-mail mail company organization website url birthday date day time start end due priority amount price cost
        total servings ingredients directions instructions duration distance type url password username user code pin city
        country street zip quantity unit author artist header heading tag tags color colour size height weight reminder repeat
        attendees guests folder path place job nickname currency payee status language model value notes minutes hours seconds
        """
    )

    /// Fields whose value is a text of any length.
    static let textFields = WordSet(
        "text message content contents body caption comment reply sms directions instructions description notes sentence words note memo saying says msg"
    )

    /// Words that belong to the name of a field: `phone label`, `first name`.
    static let fieldModifiers = WordSet(
        """
        first last middle given family full phone file street zip due start end starting job company home work mobile email nick
        event note contact user display preparation prep cooking credit account order postal birth recipe song playlist wifi network album
        """
    )

    /// Words that a value in lower case ends before.
    static let stops = WordSet(
        """
        and or with in on to using from for whose that which then at by as via into onto but so where after before contact inside under
        when while until who if because instead their his her its has have is are was were be should must containing having including
        """
    )

    static let prepositions = WordSet(
        "in on to from into onto with using for at out via under inside within of by about through between after before until over near around"
    )

    static let determiners = WordSet(
        "the a an my your our this that these those his her their its any some each every all another"
    )

    /// Words that begin a question.
    static let questionWords = WordSet(
        "what which who whom whose when where why how what's who's when's where's whats wat"
    )
    static let auxiliaries = WordSet(
        "is are am was were do does did have has had can could will would shall should may might"
    )

    /// Capitalised words that are no names where they stand first in a sentence.
    static let sentenceStarters = WordSet(
        """
        i the a an my your our this that these those it its he she we they you there here in on at to from for with of by and or but so
        if when while after before as what which who where why how please could can would will do does did is are was were have has
        then also finally first next afterwards once now today tomorrow yesterday hey hi hello ok okay yes no not don't never
        all any some each every one two three four five wherever somebody someone nobody nothing everyone answer assume each
        assuming only just maybe perhaps let's i'd i'll i'm i've pls kindly time how's what's who's give make need want there's
        use take leave express respond reply enter add titles title weeks events event no dont reminder
        """
    )

    /// Abbreviations whose full stop ends no sentence.
    static let abbreviations = WordSet(
        "mr mrs ms dr prof st no vs etc e.g i.e approx jr sr inc ltd co fig nr tel ext dept vol a.m p.m feat ft"
    )

    /// Small words within a title; `?c3a0` is how a token spells `à`.
    static let titleConnectors = WordSet("of the and de la le von van der den & ?c3a0 du del al y")

    /// Endings of file names.
    static let webEndings = WordSet(
        "com org net edu gov io de at ch uk fr eu info co me app dev tv us ca it es nl jp cn au"
    )

    static let frequencies = WordSet(
        "daily weekly monthly yearly annually hourly fortnightly biweekly weekdays weekends"
    )

    static let months = WordSet(
        """
        january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept
        oct nov dec
        """
    )
    static let weekdays = WordSet(
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun"
    )

    /// Nouns that tell that a following sentence still speaks to the device and not to the reader of a text.
    static let deviceNouns = WordSet(
        """
        note file message playlist content contents folder event contact app sms recording photo picture screen document timer
        task recipe list it them drawing button clipboard directory device number email entry changes page
        """
    )

    /// Commands that seldom begin a sentence of a text.
    static let deviceVerbs = WordSet(
        "share save send open export delete tap press close forward copy paste rename move set pin upload perform play start stop create add email sync turn"
    )

    /// All words at which a rule of the main pass begins.
    static let triggers = messageVerbs.union(fields).union(GoalReader.listVerbs).union(personVerbs).union(
        WordSet(
            """
            remind remmind remember task reminder todo to-do note alarm let titled entitled named called labeled labelled tagged
            name call label rename to saying says say reads reading top bottom end beginning start replace as order with people
            children forward ring phone dial invite
            """
        )
    )

    /// Words that speak to a person at the beginning of a clause that a colon ends.
    static let speaking = messageVerbs.union(WordSet("reply answer respond sms"))
    static let sending = messageVerbs.union(WordSet("reply send answer respond"))

    /// The singular of a noun in the plural, by its ending.
    static func singular(_ word: GoalWord) -> GoalWord {
        switch word {
        case "people": return "person"
        case "children": return "child"
        case "men": return "man"
        case "women": return "woman"
        case "movies": return "movie"
        case "cookies": return "cookie"
        case "to-dos": return "to-do"
        case "sms", "address", "series", "news": return word
        default: break
        }
        guard word.last == 0x73 else { return word }
        if word.hasSuffix("ies"), word.count > 4 { return word.dropLast(3, adding: 0x79) }
        if word.hasSuffix("sses") || word.hasSuffix("xes") || word.hasSuffix("ches") || word.hasSuffix("shes") {
            return word.dropLast(2)
        }
        if !word.hasSuffix("ss"), !word.hasSuffix("us"), word.count > 3 { return word.dropLast(1) }
        return word
    }

    static func isThing(_ word: GoalWord) -> Bool { things.contains(word) || things.contains(singular(word)) }
    static func isPlural(_ word: GoalWord) -> Bool { word != singular(word) }
}
