// SPDX-License-Identifier: Apache-2.0

/// The icons' shapes in the words that `VectorPath(words:)` reads.
enum IconShapes {
    private static let bell =
        "f M 12 2.5 C 8 3 6 6 6 10 L 6 16 L 4 18 L 4 19 L 20 19 L 20 18 L 18 16 L 18 10"
        + " C 18 6 16 3 12 2.5 Z | f O 12 20.5 1.8"
    private static let dial = "s O 12 12 8.5"
    private static let star =
        "M 12 3 L 14.7 9 L 21 9.6 L 16.2 13.9 L 17.7 20.3 L 12 16.9 L 6.3 20.3 L 7.8 13.9"
        + " L 3 9.6 L 9.3 9 Z"
    private static let handset =
        "f M 5 3 L 9 3 L 10.5 8 L 8 10 C 9.5 13 11 14.5 14 16 L 16 13.5 L 21 15 L 21 19"
        + " C 21 20 20 21 19 21 C 10 21 3 14 3 5 C 3 4 4 3 5 3 Z"

    private static let microphone =
        "f M 12 2.5 C 10 2.5 9 3.8 9 5.5 L 9 11 C 9 12.7 10 14 12 14 C 14 14 15 12.7 15 11 L 15 5.5"
        + " C 15 3.8 14 2.5 12 2.5 Z | s M 5.5 11 C 5.5 15 8.5 17.2 12 17.2 C 15.5 17.2 18.5 15 18.5 11"
        + " | s M 12 17.2 L 12 21"

    static func words(_ icon: Icon) -> String { navigation(icon) ?? action(icon) ?? thing(icon) ?? device(icon) }

    private static func navigation(_ icon: Icon) -> String? {
        switch icon {
        case .back: "s M 20 12 L 5 12 | s M 11 5.5 L 4.5 12 L 11 18.5"
        case .forward: "s M 4 12 L 19 12 | s M 13 5.5 L 19.5 12 L 13 18.5"
        case .up: "s M 12 20 L 12 5 | s M 5.5 11 L 12 4.5 L 18.5 11"
        case .chevronRight: "s M 9 6 L 15 12 L 9 18"
        case .chevronLeft: "s M 15 6 L 9 12 L 15 18"
        case .chevronDown: "s M 6 9 L 12 15 L 18 9"
        case .chevronUp: "s M 6 15 L 12 9 L 18 15"
        case .close: "s M 6 6 L 18 18 | s M 18 6 L 6 18"
        case .drawer: "s M 4 7 L 20 7 | s M 4 12 L 20 12 | s M 4 17 L 20 17"
        case .more: "f O 12 5.5 2 | f O 12 12 2 | f O 12 18.5 2"
        case .search: "s O 10 10 6 | s M 14.5 14.5 L 20 20"
        case .home: "s M 4 11 L 12 4 L 20 11 | s M 6 10 L 6 20 L 18 20 L 18 10"
        case .recents: "s M 6 6 L 18 6 L 18 18 L 6 18 Z"
        default: nil
        }
    }

    private static func action(_ icon: Icon) -> String? {
        switch icon {
        case .add: "s M 12 5 L 12 19 | s M 5 12 L 19 12"
        case .remove: "s M 5 12 L 19 12"
        case .check: "s M 5 12.5 L 10 17.5 L 19.5 7"
        case .delete:
            "s M 6.5 8 L 7.5 20 L 16.5 20 L 17.5 8 | s M 4.5 6 L 19.5 6 | s M 9.5 5.5 L 10 3.8 L 14 3.8 L 14.5 5.5"
        case .edit: "f M 4 20 L 4 16 L 14.5 5.5 L 18.5 9.5 L 8 20 Z | f M 15.8 4.2 L 17.5 2.8 L 21.2 6.5 L 19.8 8.2 Z"
        case .copy: "s M 9 8 L 19 8 L 19 21 L 9 21 Z | s M 5 16 L 5 3.5 L 15 3.5"
        case .cut: "s M 6 4 L 17 17 | s M 18 4 L 7 17 | s O 6 19 2 | s O 18 19 2"
        case .paste: "s M 6 5 L 18 5 L 18 21 L 6 21 Z | f M 9 3 L 15 3 L 15 7 L 9 7 Z"
        case .share: "f O 18 5 3 | f O 6 12 3 | f O 18 19 3 | s M 6 12 L 18 5 | s M 6 12 L 18 19"
        case .sort: "s M 4 7 L 20 7 | s M 4 12 L 15 12 | s M 4 17 L 10 17"
        case .filter: "s M 4 7 L 20 7 | s M 7 12 L 17 12 | s M 10 17 L 14 17"
        case .download: "s M 12 4 L 12 15 | s M 7 10.5 L 12 15.5 L 17 10.5 | s M 5 20 L 19 20"
        case .save: "s M 5 4 L 16 4 L 20 8 L 20 20 L 4 20 L 4 4 Z | s O 12 14 2.5 | s M 7 8 L 14 8"
        case .undo: "s M 8 5 L 4 9 L 8 13 | s M 4 9 L 14 9 C 18 9 20 11.5 20 14 C 20 17 18 19 14 19 L 9 19"
        case .redo: "s M 16 5 L 20 9 L 16 13 | s M 20 9 L 10 9 C 6 9 4 11.5 4 14 C 4 17 6 19 10 19 L 15 19"
        case .grid:
            "f M 4 4 L 10.5 4 L 10.5 10.5 L 4 10.5 Z M 13.5 4 L 20 4 L 20 10.5 L 13.5 10.5 Z"
                + " M 4 13.5 L 10.5 13.5 L 10.5 20 L 4 20 Z M 13.5 13.5 L 20 13.5 L 20 20 L 13.5 20 Z"
        case .list: "f O 5 6 1.5 | f O 5 12 1.5 | f O 5 18 1.5 | s M 9 6 L 20 6 | s M 9 12 L 20 12 | s M 9 18 L 20 18"
        case .selectAll: "s M 4 4 L 20 4 L 20 20 L 4 20 Z | f M 8 8 L 16 8 L 16 16 L 8 16 Z"
        case .refresh, .reset:
            "s M 18 8 C 16.5 5.5 14.5 4.5 12 4.5 C 8 4.5 4.5 8 4.5 12 C 4.5 16 8 19.5 12 19.5"
                + " C 15.5 19.5 18.5 17 19.3 14 | s M 19 4 L 19 9 L 14 9"
        case .backspace:
            "s M 8 5 L 21 5 L 21 19 L 8 19 L 2.5 12 Z | s M 11.5 9.5 L 16.5 14.5 | s M 16.5 9.5 L 11.5 14.5"
        case .enter: "s M 20 6 L 20 13 L 5 13 | s M 9 8.5 L 4.5 13 L 9 17.5"
        case .shift: "s M 12 4 L 20 12.5 L 16 12.5 L 16 19 L 8 19 L 8 12.5 L 4 12.5 Z"
        case .keyboard: "s M 3 6 L 21 6 L 21 18 L 3 18 Z | s M 8 15 L 16 15 | f O 7 10 1 | f O 12 10 1 | f O 17 10 1"
        default: nil
        }
    }

    private static func thing(_ icon: Icon) -> String? {
        switch icon {
        case .folder: "f M 3 5 L 10 5 L 12 7 L 21 7 L 21 19 L 3 19 Z"
        case .file: "f M 6 2.5 L 14 2.5 L 19 7.5 L 19 21.5 L 6 21.5 Z M 13 4 L 13 8.5 L 17.5 8.5 Z"
        case .image:
            "s M 4 4 L 20 4 L 20 20 L 4 20 Z | f M 6 17.5 L 10 12 L 12.5 15 L 15 11.5 L 18.5 17.5 Z | f O 8.5 8.5 1.5"
        case .music: "f O 8 17.5 3.5 | s M 10.5 17.5 L 10.5 4 L 18 4 L 18 7 L 10.5 7"
        case .video: "f M 3 6 L 16 6 L 16 18 L 3 18 Z | f M 17 10.5 L 21.5 7 L 21.5 17 L 17 13.5 Z"
        case .archive: "s M 4 8 L 20 8 L 20 20 L 4 20 Z | s M 4 8 L 6.5 4 L 17.5 4 L 20 8 | s M 9.5 12 L 14.5 12"
        case .sdCard:
            "f M 9 2.5 L 19 2.5 L 19 21.5 L 5 21.5 L 5 7 Z M 9 5 L 9 9 L 10.5 9 L 10.5 5 Z M 12 5 L 12 9 L 13.5 9"
                + " L 13.5 5 Z"
                + " M 15 5 L 15 9 L 16.5 9 L 16.5 5 Z"
        case .phoneDevice: "s M 7 2.5 L 17 2.5 L 17 21.5 L 7 21.5 Z | f O 12 18.7 1"
        case .person: "f O 12 8 4 | f M 4 20 C 4 15.5 8 14 12 14 C 16 14 20 15.5 20 20 Z"
        case .people:
            "f O 9 8.5 3.3 | f M 2.5 19 C 2.5 15 6 13.5 9 13.5 C 12 13.5 15.5 15 15.5 19 Z | f O 16 8.5 2.8"
                + " | f M 17 19 C 17 16.5 16.5 15 15.2 13.6 C 19 13.4 21.8 15 21.8 19 Z"
        case .personAdd:
            "f O 14 8 4 | f M 6.5 20 C 6.5 15.5 10.5 14 14 14 C 17.5 14 21.5 15.5 21.5 20 Z"
                + " | s M 5 8 L 5 14 | s M 2 11 L 8 11"
        case .phone: handset
        case .message: "f M 3 4 L 21 4 L 21 17 L 7 17 L 3 21 Z"
        case .mail: "s M 3 5.5 L 21 5.5 L 21 18.5 L 3 18.5 Z | s M 3.5 6.5 L 12 13 L 20.5 6.5"
        case .star: "f \(star)"
        case .starOutline: "t \(star)"
        case .label: "f M 3 6 L 15.5 6 L 21 12 L 15.5 18 L 3 18 Z"
        case .company:
            "s M 4 20.5 L 4 4 L 13 4 L 13 20.5 | s M 13 9 L 20 9 L 20 20.5 L 4 20.5 | f O 7 8 1 | f O 10 8 1 | f"
                + " O 7 12 1"
                + " | f O 10 12 1 | f O 7 16 1 | f O 10 16 1 | f O 16.5 13 1 | f O 16.5 17 1"
        case .calendar:
            "s M 4 5.5 L 20 5.5 L 20 20.5 L 4 20.5 Z | s M 4 9.5 L 20 9.5 | s M 8 3 L 8 5.5 | s M 16 3 L 16 5.5"
        case .notifications: bell
        case .link:
            "s M 10 7 L 7.5 7 C 4.5 7 3 9.5 3 12 C 3 14.5 4.5 17 7.5 17 L 10 17 | s M 14 7 L 16.5 7 C 19.5 7 21"
                + " 9.5 21 12"
                + " C 21 14.5 19.5 17 16.5 17 L 14 17 | s M 8 12 L 16 12"
        case .camera: "f M 3 7 L 8 7 L 9.5 4.5 L 14.5 4.5 L 16 7 L 21 7 L 21 19.5 L 3 19.5 Z O 12 13 4 | f O 12 13 2.4"
        case .clock: "\(dial) | s M 12 7 L 12 12.5 L 15.5 15"
        case .alarm: "s O 12 13 7.5 | s M 12 9 L 12 13.5 L 15 15 | s M 3 6 L 6.5 3 | s M 21 6 L 17.5 3"
        case .timer, .hourglass:
            "s M 6 3.5 L 18 3.5 | s M 6 20.5 L 18 20.5 | s M 7.5 3.5 L 7.5 7.5 L 12 12 L 7.5 16.5 L 7.5 20.5"
                + " | s M 16.5 3.5 L 16.5 7.5 L 12 12 L 16.5 16.5 L 16.5 20.5"
        case .stopwatch: "s O 12 13.5 7.5 | s M 9.5 2.5 L 14.5 2.5 | s M 12 9 L 12 13.5 | s M 18 7 L 19.5 5.5"
        case .play: "f M 8 5 L 19.5 12 L 8 19 Z"
        case .pause: "f M 6 5 L 10 5 L 10 19 L 6 19 Z M 14 5 L 18 5 L 18 19 L 14 19 Z"
        case .stop: "f M 6 6 L 18 6 L 18 18 L 6 18 Z"
        case .flag: "s M 6 3.5 L 6 21 | f M 6 4 L 18.5 4 L 16 8.5 L 18.5 13 L 6 13 Z"
        case .world:
            "\(dial) | s M 3.5 12 L 20.5 12 | t M 12 3.5 C 7.5 7.5 7.5 16.5 12 20.5 C 16.5 16.5 16.5 7.5 12 3.5"
        default: nil
        }
    }

    private static func device(_ icon: Icon) -> String {
        switch icon {
        case .wifi: "f M 12 20 L 1.5 7.5 C 7.5 2.8 16.5 2.8 22.5 7.5 Z"
        case .wifiOff: "t M 12 19 L 2.5 7.8 C 8 3.8 16 3.8 21.5 7.8 Z | s M 4 3 L 20 21"
        case .bluetooth: "s M 7 8 L 17 16 L 12 20.5 L 12 3.5 L 17 8 L 7 16"
        case .airplane:
            "f M 10.5 3.5 C 10.5 1.5 13.5 1.5 13.5 3.5 L 13.5 9 L 21.5 14 L 21.5 16 L 13.5 13.5 L 13.5 18.5 L 16 20.3"
                + " L 16 22 L 12 20.8 L 8 22 L 8 20.3 L 10.5 18.5 L 10.5 13.5 L 2.5 16 L 2.5 14 L 10.5 9 Z"
        case .mobileData: "f M 2.5 21 L 21.5 21 L 21.5 2.5 Z"
        case .sim: "s M 9.5 3 L 18.5 3 L 18.5 21 L 5.5 21 L 5.5 7 Z | s M 9 12 L 15 12 L 15 17.5 L 9 17.5 Z"
        case .brightness:
            "f O 12 12 4.5 | s M 12 2.5 L 12 4.5 | s M 12 19.5 L 12 21.5 | s M 2.5 12 L 4.5 12 | s M 19.5 12 L 21.5 12"
                + " | s M 5.3 5.3 L 6.7 6.7 | s M 17.3 17.3 L 18.7 18.7 | s M 5.3 18.7 L 6.7 17.3 | s M 17.3 6.7"
                + " L 18.7 5.3"
        case .brightnessLow: "s O 12 12 4 | f O 12 4 1.2 | f O 12 20 1.2 | f O 4 12 1.2 | f O 20 12 1.2"
        case .battery: "f M 10 2.5 L 14 2.5 L 14 4 L 17 4 L 17 21.5 L 7 21.5 L 7 4 L 10 4 Z"
        case .volume:
            "f M 3 9 L 7 9 L 12 4 L 12 20 L 7 15 L 3 15 Z | s M 15 8.5 C 17 10.5 17 13.5 15 15.5"
                + " | s M 17.5 5.5 C 21.5 9.5 21.5 14.5 17.5 18.5"
        case .vibrate: "s M 8.5 4 L 15.5 4 L 15.5 20 L 8.5 20 Z | s M 4.5 8 L 4.5 16 | s M 19.5 8 L 19.5 16"
        case .doNotDisturb: "\(dial) | s M 8 12 L 16 12"
        case .rotate: "s M 9 4 L 20 15 L 15 20 L 4 9 Z | s M 15 3 C 19 4 21 6.5 21 10 | s M 9 21 C 5 20 3 17.5 3 14"
        case .flashlight:
            "f M 7 2.5 L 17 2.5 L 17 5 L 7 5 Z | f M 7 6.5 L 17 6.5 L 14.5 11 L 14.5 21.5 L 9.5 21.5 L 9.5 11 Z"
        case .dark: "f M 12 3 C 7 3 3 7 3 12 C 3 17 7 21 12 21 C 16.5 21 20.5 17.5 21 13 C 17 16 10.5 13.5 12 3 Z"
        case .settings:
            "s O 12 12 3.2 | s O 12 12 7 | s M 12 2.7 L 12 5 | s M 12 19 L 12 21.3 | s M 2.7 12 L 5 12"
                + " | s M 19 12 L 21.3 12 | s M 5.4 5.4 L 7 7 | s M 17 17 L 18.6 18.6 | s M 5.4 18.6 L 7 17 | s M"
                + " 17 7 L 18.6 5.4"
        case .display: "s M 3 5 L 21 5 L 21 17 L 3 17 Z | s M 9 20.5 L 15 20.5"
        case .storage:
            "f M 3 4 L 21 4 L 21 9 L 3 9 Z O 6 6.5 1 | f M 3 10 L 21 10 L 21 15 L 3 15 Z O 6 12.5 1"
                + " | f M 3 16 L 21 16 L 21 21 L 3 21 Z O 6 18.5 1"
        case .apps:
            "f O 5 5 2 | f O 12 5 2 | f O 19 5 2 | f O 5 12 2 | f O 12 12 2 | f O 19 12 2 | f O 5 19 2 | f O 12"
                + " 19 2 | f O 19 19 2"
        case .system: "\(dial) | s M 12 11 L 12 16.5 | f O 12 7.7 1.2"
        case .info: "\(dial) | s M 12 11 L 12 16.5 | f O 12 7.7 1.2"
        case .devices: "s M 20 6 L 4 6 L 4 17 L 12 17 | s M 15 10 L 21 10 L 21 20 L 15 20 Z"
        case .lock: "f M 5 10 L 19 10 L 19 21 L 5 21 Z O 12 15.5 1.8 | s M 8 10 L 8 7 C 8 2 16 2 16 7 L 16 10"
        case .location:
            "f M 12 22 C 7 16 5 13 5 9.5 C 5 5 8.5 2.5 12 2.5 C 15.5 2.5 19 5 19 9.5 C 19 13 17 16 12 22 Z O 12 9.5 2.7"
        case .accessibility:
            "f O 12 4 2 | s M 4.5 8 L 9.5 9 L 14.5 9 L 19.5 8 | s M 9.5 9 L 9.5 21 | s M 14.5 9 L 14.5 21 | s M"
                + " 9.5 14.5 L 14.5 14.5"
        case .privacy:
            "s M 12 3 L 19.5 6 L 19.5 11.5 C 19.5 16 16.5 19.5 12 21 C 7.5 19.5 4.5 16 4.5 11.5 L 4.5 6 Z | s M"
                + " 8.5 12 L 11 14.5 L 15.5 9.5"
        case .language:
            "\(dial) | s M 3.5 12 L 20.5 12 | t M 12 3.5 C 7.5 7.5 7.5 16.5 12 20.5 C 16.5 16.5 16.5 7.5 12 3.5"
        case .cast:
            "s M 3 8 L 3 5 L 21 5 L 21 19 L 14 19 | f O 4 19.5 1.5 | s M 3 15.5 C 5.5 15.5 7 17 7 20 | s M 3 11.5"
                + " C 8 11.5 11 14.5 11 20"
        case .usb:
            "s M 12 20 L 12 4 | s M 9 7 L 12 3.5 L 15 7 | f O 12 20 2 | s M 12 16 L 6.5 13 L 6.5 10 | s M 12 14 L"
                + " 17.5 11 L 17.5 8"
        case .textSize: "s M 3 6 L 15 6 | s M 9 6 L 9 19 | s M 14 12 L 21 12 | s M 17.5 12 L 17.5 19"
        case .error: "\(dial) | s M 12 7.5 L 12 13 | f O 12 16.3 1.2"
        case .microphone: microphone
        case .microphoneOff: "\(microphone) | s M 4 3 L 20 21"
        case .callEnd:
            "f M 2 15 C 2 8.5 22 8.5 22 15 L 22 16.4 C 22 17.4 21 17.8 20 17.5 L 16.4 16.4 C 15.4 16.1 15.2 15.4 15.2 14.6"
                + " L 15.2 13 C 13 12.3 11 12.3 8.8 13 L 8.8 14.6 C 8.8 15.4 8.6 16.1 7.6 16.4 L 4 17.5"
                + " C 3 17.8 2 17.4 2 16.4 Z"
        case .charge: "f M 13.5 2 L 5 13.5 L 11 13.5 L 10 22 L 19 10 L 12.5 10 Z"
        case .visibility: "s M 2.5 12 C 6.5 5 17.5 5 21.5 12 C 17.5 19 6.5 19 2.5 12 | f O 12 12 3"
        default: ""
        }
    }
}
