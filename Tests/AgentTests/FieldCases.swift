// SPDX-License-Identifier: Apache-2.0

/// Goals with a field and the text that belongs into it. Rules that fill a field, and those that offer texts for it, are held to the same.
enum FieldCases {
    static let stated: [(goal: String, label: String, text: String)] = [
        ("Create a new contact for Hugo Pereira. Their number is +13920741751.", "First name", "Hugo"),
        ("Create a new contact for Hugo Pereira. Their number is +13920741751.", "Last name", "Pereira"),
        ("Create a new contact for Hugo Pereira. Their number is +13920741751.", "Phone", "+13920741751"),
        (
            "Add a contact named Ana Maria Silva with phone 555-123-4567 and email ana@x.org", "Last name",
            "Maria Silva"
        ),
        (
            "Add a contact named Ana Maria Silva with phone 555-123-4567 and email ana@x.org", "Phone",
            "555-123-4567"
        ),
        ("Add a contact named Ana Maria Silva with phone 555-123-4567 and email ana@x.org", "Email", "ana@x.org"),
        ("Add Bob Stone, who works at Acme Corp, to my contacts", "Company", "Acme Corp"),
        ("Create a folder named Reports in Downloads", "Name", "Reports"),
        ("Create a folder called \"My Trips 2023\" in Documents", "New folder", "My Trips 2023"),
        ("Rename the file notes.txt to summary.txt in Documents", "Name", "summary.txt"),
        ("Rename \"old plan.txt\" to \"new plan.txt\"", "Name", "new plan.txt"),
        ("Set a timer for 5 minutes and 30 seconds", "Minutes", "5"),
        ("Set a timer for 5 minutes and 30 seconds", "Seconds", "30"),
        ("Set an alarm for 7:45 am", "Hour", "7"),
        ("Set an alarm for 7:45 am", "Minute", "45"),
        ("Set an alarm for 6:30 labelled Gym", "Label", "Gym"),
        ("Search for wireless headphones in the store", "Search", "wireless headphones"),
        ("Delete the contact Emma O'Brien", "Search contacts", "Emma O'Brien"),
        ("Write a note saying 'don't panic'", "Body", "don't panic"),
    ]
}
