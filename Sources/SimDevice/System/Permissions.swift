// SPDX-License-Identifier: Apache-2.0

import Media

/// What Android asks the user for, by groups of permissions.
enum Permissions {
    /// A group: how the question ends, and what can be answered.
    struct Group {
        var name: String
        /// After `Allow APP to `, before the question mark.
        var question: String
        var icon: Icon
        /// Whether it can be given for the time that the app is used, or once.
        var whileInUse = false
        var permissions: [String]
    }

    /// The group of a permission; nil where no app may ask for it in a dialog.
    static func group(_ permission: String) -> Group? {
        guard permission.hasPrefix(prefix) else { return nil }
        let name = String(permission.dropFirst(prefix.count))
        return groups.first { $0.permissions.contains(name) }
    }

    /// All permissions that an answer gives, by their full names.
    static func all(_ group: Group) -> [String] { group.permissions.map { prefix + $0 } }

    private static let prefix = "android.permission."

    static let groups = [
        Group(
            name: "CONTACTS",
            question: "access your contacts",
            icon: .person,
            permissions: ["READ_CONTACTS", "WRITE_CONTACTS", "GET_ACCOUNTS"]
        ),
        Group(
            name: "CALENDAR",
            question: "access your calendar",
            icon: .calendar,
            permissions: ["READ_CALENDAR", "WRITE_CALENDAR"]
        ),
        Group(
            name: "SMS",
            question: "send and view SMS messages",
            icon: .message,
            permissions: ["SEND_SMS", "RECEIVE_SMS", "READ_SMS", "RECEIVE_MMS", "RECEIVE_WAP_PUSH"]
        ),
        Group(
            name: "STORAGE",
            question: "access photos and media on your device",
            icon: .folder,
            permissions: ["READ_EXTERNAL_STORAGE", "WRITE_EXTERNAL_STORAGE"]
        ),
        Group(
            name: "READ_MEDIA_VISUAL",
            question: "access photos and videos on this device",
            icon: .image,
            permissions: ["READ_MEDIA_IMAGES", "READ_MEDIA_VIDEO"]
        ),
        Group(
            name: "READ_MEDIA_AURAL",
            question: "access music and audio on this device",
            icon: .music,
            permissions: ["READ_MEDIA_AUDIO"]
        ),
        Group(
            name: "LOCATION",
            question: "access this device’s location",
            icon: .location,
            whileInUse: true,
            permissions: ["ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION"]
        ),
        Group(
            name: "CALL_LOG",
            question: "access your phone call logs",
            icon: .phone,
            permissions: ["READ_CALL_LOG", "WRITE_CALL_LOG", "PROCESS_OUTGOING_CALLS"]
        ),
        Group(
            name: "PHONE",
            question: "make and manage phone calls",
            icon: .phone,
            permissions: ["CALL_PHONE", "READ_PHONE_STATE", "READ_PHONE_NUMBERS", "ANSWER_PHONE_CALLS"]
        ),
        Group(
            name: "MICROPHONE",
            question: "record audio",
            icon: .microphone,
            whileInUse: true,
            permissions: ["RECORD_AUDIO"]
        ),
        Group(
            name: "CAMERA",
            question: "take pictures and record video",
            icon: .camera,
            whileInUse: true,
            permissions: ["CAMERA"]
        ),
        Group(
            name: "NEARBY_DEVICES",
            question: "find, connect to, and determine the relative position of nearby devices",
            icon: .devices,
            permissions: ["BLUETOOTH_CONNECT", "BLUETOOTH_SCAN", "BLUETOOTH_ADVERTISE", "NEARBY_WIFI_DEVICES"]
        ),
        Group(
            name: "ACTIVITY_RECOGNITION",
            question: "access your physical activity",
            icon: .person,
            permissions: ["ACTIVITY_RECOGNITION"]
        ),
        Group(
            name: "SENSORS",
            question: "access sensor data about your vital signs",
            icon: .accessibility,
            whileInUse: true,
            permissions: ["BODY_SENSORS"]
        ),
        Group(
            name: "NOTIFICATIONS",
            question: "send you notifications",
            icon: .notifications,
            permissions: ["POST_NOTIFICATIONS"]
        ),
    ]
}
