// SPDX-License-Identifier: Apache-2.0

/// Writes hierarchies as `uiautomator` prints them.
enum XML {
    static let tail = "UI hierchary dumped to: /dev/tty\n"

    static func node(
        _ className: String,
        text: String = "",
        id: String = "",
        description: String = "",
        flags: Set<String> = [],
        bounds: String = "[0,0][1080,2400]",
        _ children: String = ""
    ) -> String {
        let names = [
            "checkable", "checked", "clickable", "enabled", "focusable", "focused", "scrollable", "long-clickable",
            "password", "selected",
        ]
        let set = flags.contains("disabled") ? flags : flags.union(["enabled"])
        let states = names.map { "\($0)=\"\(set.contains($0))\"" }.joined(separator: " ")
        return "<node index=\"0\" text=\"\(text)\" resource-id=\"\(id)\" class=\"android.widget.\(className)\" "
            + "package=\"com.android.settings\" content-desc=\"\(description)\" \(states) bounds=\"\(bounds)\">\(children)</node>"
    }

    static func document(_ nodes: String, rotation: Int = 0) -> [UInt8] {
        Array(
            ("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"\(rotation)\">" + nodes
                + "</hierarchy>" + tail).utf8
        )
    }

    /// A list with a title, a row with a switch, a plain row, and a search field.
    static let settings = document(
        node(
            "FrameLayout",
            node("ImageButton", description: "Navigate up", flags: ["clickable"], bounds: "[0,120][147,268]")
                + node("TextView", text: "Internet", bounds: "[147,120][1080,268]")
                + node(
                    "EditText",
                    text: "",
                    id: "com.android.settings:id/search_src_text",
                    flags: ["clickable", "focusable"],
                    bounds: "[40,280][1040,400]"
                )
                + node(
                    "RecyclerView",
                    flags: ["scrollable", "focusable"],
                    bounds: "[0,400][1080,2400]",
                    node(
                        "LinearLayout",
                        flags: ["clickable"],
                        bounds: "[0,400][1080,600]",
                        node("TextView", text: "Wi-Fi", bounds: "[40,420][800,500]")
                            + node("Switch", flags: ["checkable", "checked"], bounds: "[900,420][1040,580]")
                    )
                        + node(
                            "LinearLayout",
                            flags: ["clickable", "long-clickable"],
                            bounds: "[0,600][1080,800]",
                            node("TextView", text: "AndroidWifi", bounds: "[40,620][800,700]")
                                + node("TextView", text: "Connected", bounds: "[40,700][800,780]")
                        )
                )
        )
    )
}
