// SPDX-License-Identifier: Apache-2.0

import Media

/// The home page, the drawer, and what expenses look like in lists.
extension ExpenseApp {
    /// How many expenses the home page shows.
    private static let recent = 5
    static let rowHeight: Dp = 68

    func homePage(_ ui: UI<Self>) -> any Component {
        let expenses = ExpenseStore(ui.context).all()
        return ZStack {
            VStack {
                bar("Home", ui)
                ScrollView {
                    week(expenses, ui.context)
                    totals(expenses, ui.context)
                    HStack {
                        Text("Recent", size: 18, weight: .medium).id(Self.id("tv_recent")).weight()
                        Button("More", onClick: ui.on { $0.go(to: .logs, $1) }).id(Self.id("btn_more_expenses"))
                    }
                    .unlisted()
                    .padding(left: 20, right: 8)
                    .fillWidth()
                    if expenses.isEmpty {
                        Text("No Data", color: .onSurfaceVariant, align: .center)
                            .id(Self.id("tv_no_data"))
                            .padding(24)
                            .fillWidth()
                    }
                    for expense in expenses.prefix(Self.recent) { row(expense, ui).key("recent\(expense.id)") }
                    Spacer(88)
                }
                .id(Self.id("rv_home"))
                .weight()
            }
            .fill()
            FloatingButton(.add, "Add expense", id: Self.id("fb_main_add"), onClick: ui.on { $0.open(.init(), $1) })
        }
        .fill()
    }

    /// The bar of a page that the drawer leads to.
    func bar(_ title: String, _ ui: UI<Self>, menu: [MenuItem] = []) -> View {
        AppBar(
            title,
            leading: .drawer(ui.on { app, _ in app.drawerOpen = true }),
            id: Self.id("toolbar"),
            menu: menu
        )
        .view
    }

    // MARK: Cards

    /// What was spent on each day of this week, as columns.
    private func week(_ expenses: [Expense], _ context: AppContext) -> View {
        let today = context.localNow.day
        let first = today.number - today.weekday
        var days = [Int64](repeating: 0, count: 7)
        for expense in expenses where expense.category != .income {
            let offset = LocalTime(expense.created, zone: context.system.timeZone).day.number - first
            if days.indices.contains(offset) { days[offset] += expense.amount.cents }
        }
        let highest = Double(days.max() ?? 0)
        return VStack {
            Text("Expenses in this Week", size: 16, weight: .medium).id(Self.id("tv_graph_title")).padding(left: 12)
            HStack {
                for (day, sum) in days.enumerated() {
                    VStack(spacing: 4) {
                        ZStack {
                            Spacer(4)
                                .height(highest > 0 ? 4 + 72 * Double(sum) / highest : 4)
                                .width(12)
                                .background(.primary, radius: 4)
                                .align(.bottomCenter)
                        }
                        .unlisted()
                        .height(80)
                        .fillWidth()
                        Text(["SU", "MO", "TU", "WE", "TH", "FR", "SAT"][day], size: 12, align: .center)
                            .fillWidth()
                    }
                    .unlisted()
                    .weight()
                }
            }
            .id(Self.id("expense_graph"))
            .margin(top: 8)
            .fillWidth()
        }
        .id(Self.id("cv_graph"))
        .padding(horizontal: 8, vertical: 12)
        .margin(horizontal: 16, vertical: 8)
        .fillWidth()
        .background(.surfaceVariant, radius: 12)
    }

    /// What came in and went out this month.
    private func totals(_ expenses: [Expense], _ context: AppContext) -> View {
        let zone = context.system.timeZone
        let today = context.localNow.day
        var (income, outcome) = (MoneyAmount(cents: 0), MoneyAmount(cents: 0))
        for expense in expenses {
            let day = LocalTime(expense.created, zone: zone).day
            guard day.year == today.year, day.month == today.month else { continue }
            if expense.category == .income {
                income.cents += expense.amount.cents
            } else {
                outcome.cents += expense.amount.cents
            }
        }
        func total(_ title: String, _ amount: MoneyAmount, id: String) -> View {
            VStack(spacing: 2) {
                Text(title, size: 13, color: .onSurfaceVariant).id(Self.id("tv_\(id)_title"))
                Text("\(amount.text) $", size: 16, maxLines: 1).id(Self.id("tv_\(id)_value"))
            }
            .unlisted()
            .weight()
        }
        return HStack {
            total("Income", income, id: "income")
            total("Outcome", outcome, id: "outcome")
        }
        .id(Self.id("cv_in_out"))
        .padding(horizontal: 20, vertical: 10)
        .margin(horizontal: 16, vertical: 4)
        .fillWidth()
        .background(.surfaceVariant, radius: 12)
    }

    // MARK: Rows

    /// An expense in a list: what it was for as a picture, name, day and sum.
    func row(_ expense: Expense, _ ui: UI<Self>, selectable: Bool = false) -> View {
        let ticked = selection.contains(expense.id)
        return HStack {
            ZStack {
                IconView(ticked ? .check : expense.category.icon, color: ticked ? .onPrimary : .onSecondaryContainer)
                    .id(Self.id("imv_category"))
                    .align(.center)
            }
            .id(Self.id("cv_category"))
            .size(44, 44)
            .background(ticked ? .primary : .secondaryContainer, radius: 22)
            .margin(right: 16)
            VStack(spacing: 2) {
                Text(expense.name, size: 16, maxLines: 1).id(Self.id("tv_name"))
                Text(Self.date(expense.created, ui.context), size: 13, color: .onSurfaceVariant)
                    .id(Self.id("tv_date"))
            }
            .unlisted()
            .weight()
            Text(expense.amount.text, size: 16, maxLines: 1).id(Self.id("tv_amount"))
            Text("$", size: 13).id(Self.id("tv_currency_symbol")).margin(left: 4)
        }
        .className("android.widget.RelativeLayout")
        .id(Self.id("cd_expense"))
        .padding(horizontal: 20)
        .height(Self.rowHeight)
        .fillWidth()
        .background(ticked ? .secondaryContainer : .clear)
        .selected(ticked)
        .onClick(ui.on { app, _ in app.touch(expense.id) })
        .onLongClick(selectable ? ui.on { app, _ in app.selection.insert(expense.id) } : nil)
    }

    private mutating func touch(_ id: Int64) {
        if selection.isEmpty {
            asking = .detail(id)
        } else {
            selection.formSymmetricDifference([id])
        }
    }

    // MARK: Drawer

    func drawer(_ ui: UI<Self>) -> View {
        let close = ui.on { (app: inout Self, _: AppContext) in app.drawerOpen = false }
        return HStack {
            VStack {
                Text("Pro Expense", size: 22).id(Self.id("tv_header")).padding(left: 24, top: 32, right: 24, bottom: 24)
                ScrollView {
                    entry("Home", .home, .home, ui)
                    entry("Expense Logs", .list, .logs, ui)
                    entry("Statistics", .sort, .statistics, ui)
                    entry("About", .info, .about, ui)
                }
                .className("androidx.recyclerview.widget.RecyclerView")
                .id(Self.id("design_navigation_view"))
                .weight()
            }
            .id(Self.id("nv_main"))
            .width(300)
            .fillHeight()
            .background(.surfaceHigh)
            ZStack().unlisted().weight().fillHeight().background(.rgba(0x000000, 0.4)).onClick(close)
        }
        .unlisted()
        .fill()
    }

    private func entry(_ title: String, _ icon: Icon, _ target: Page, _ ui: UI<Self>) -> View {
        let on = target == page
        return HStack {
            IconView(icon, color: on ? .onSecondaryContainer : .onSurfaceVariant).unlisted().margin(right: 24)
            Text(title, size: 15, weight: .medium, maxLines: 1)
                .className("android.widget.CheckedTextView")
                .id(Self.id("design_menu_item_text"))
                .weight()
        }
        .className("androidx.appcompat.widget.LinearLayoutCompat")
        .padding(horizontal: 20)
        .margin(horizontal: 8, vertical: 2)
        .height(52)
        .fillWidth()
        .background(on ? .secondaryContainer : .clear, radius: 26)
        .selected(on)
        .onClick(ui.on { $0.go(to: target, $1) })
    }
}
