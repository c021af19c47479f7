// SPDX-License-Identifier: Apache-2.0

/// What tasks are grouped or sorted by, by the number that the preferences have.
enum TaskOrder: Int, CaseIterable {
    case none = -1
    case title = 1
    case due = 2
    case priority = 3
    case modified = 4
    case created = 5

    static let groups: [TaskOrder] = [.none, .due, .priority, .modified, .created]
    static let sorts: [TaskOrder] = [.title, .due, .priority, .modified, .created]

    var title: String {
        switch self {
        case .none: "None"
        case .title: "Title"
        case .due: "Due date"
        case .priority: "Priority"
        case .modified: "Last modified"
        case .created: "Creation time"
        }
    }
}

/// Which tasks a page of the drawer lists.
enum TaskFilter: CaseIterable {
    case all, today, recent

    var title: String {
        switch self {
        case .all: "My Tasks"
        case .today: "Today"
        case .recent: "Recently modified"
        }
    }

    func takes(_ item: TaskItem, _ words: TaskWords) -> Bool {
        switch self {
        case .all: true
        case .today: item.due > 0 && LocalTime(item.due, zone: words.zone).day <= words.today
        case .recent: item.modified > words.now - 86_400_000
        }
    }
}

/// Tasks under one heading; an empty heading is not shown.
struct TaskSection {
    var heading: String
    var items: [TaskItem]
}

/// How the list is put in order, as it is kept in the app's preferences.
struct TaskSorting {
    var group = TaskOrder.due
    var sort = TaskOrder.due
    var showsCompleted = false
    var completedLast = true

    init(_ context: AppContext) {
        let stored = SharedPreferences(context.system.files, package: TasksApp.package)
        func order(_ key: String, among orders: [TaskOrder]) -> TaskOrder {
            let order = stored.int(key).flatMap { TaskOrder(rawValue: Int(clamping: $0)) }
            return order.map { orders.contains($0) ? $0 : .due } ?? .due
        }
        group = order("group_mode", among: TaskOrder.groups)
        sort = order("sort_mode", among: TaskOrder.sorts)
        showsCompleted = stored.boolean("show_completed") ?? false
        completedLast = stored.boolean("completed_tasks_at_bottom") ?? true
    }

    func save(_ context: AppContext) {
        var stored = SharedPreferences(context.system.files, package: TasksApp.package)
        stored["group_mode"] = .int(group.rawValue)
        stored["sort_mode"] = .int(sort.rawValue)
        stored["show_completed"] = .boolean(showsCompleted)
        stored["completed_tasks_at_bottom"] = .boolean(completedLast)
        try? stored.save()
    }

    /// The list: groups in order, and in each its tasks.
    func sections(_ items: [TaskItem], _ words: TaskWords) -> [TaskSection] {
        let shown = items.filter { showsCompleted || !$0.isCompleted }
        let last = completedLast ? shown.filter(\.isCompleted) : []
        var groups: [(key: Int, section: TaskSection)] = []
        for item in shown.filter({ !completedLast || !$0.isCompleted }).sorted(by: precedes) {
            let (key, heading) = place(item, words)
            if let index = groups.firstIndex(where: { $0.key == key }) {
                groups[index].section.items.append(item)
            } else {
                groups.append((key, TaskSection(heading: heading, items: [item])))
            }
        }
        var sections = groups.sorted { $0.key < $1.key }.map(\.section)
        if !last.isEmpty {
            let items = last.sorted { ($1.completed, $0.id) < ($0.completed, $1.id) }
            sections.append(TaskSection(heading: "Completed", items: items))
        }
        return sections
    }

    /// The group of a task: its place among the groups, and its heading.
    private func place(_ item: TaskItem, _ words: TaskWords) -> (Int, String) {
        switch group {
        case .priority: return (item.priority.rawValue, item.priority.heading)
        case .due:
            guard item.due > 0 else { return (.max, "No due date") }
            let day = LocalTime(item.due, zone: words.zone).day
            return day < words.today ? (.min, "Overdue") : (day.number, words.day(day))
        case .modified, .created:
            // The newest stands first.
            let day = LocalTime(group == .modified ? item.modified : item.created, zone: words.zone).day
            return (-day.number, words.day(day))
        case .none, .title: return (0, "")
        }
    }

    private func precedes(_ a: TaskItem, _ b: TaskItem) -> Bool {
        func due(_ item: TaskItem) -> Int64 { item.due > 0 ? item.due : .max }
        switch sort {
        case .title:
            let titles = (a.title.lowercased(), b.title.lowercased())
            if titles.0 != titles.1 { return titles.0 < titles.1 }
        case .priority: if a.priority != b.priority { return a.priority.rawValue < b.priority.rawValue }
        case .modified: if a.modified != b.modified { return a.modified > b.modified }
        case .created: if a.created != b.created { return a.created > b.created }
        case .due, .none: break
        }
        return (due(a), a.id) < (due(b), b.id)
    }
}
