import Analytics
import Core
import Foundation
import Web

/// The choices above a report: groupings, days, comparison, zone, currency. Everything they say is in the address.
struct ReportToolbar: Sendable {
  let context: ReportContext

  private var question: ReportQuestion { context.question }

  var html: HTML {
    """
    <div class="ty-toolbar">\(presets)</div>
    <form class="ty-log-filters" method="get" action="\(href: ReportPages.path)" data-busy="#report">\
    <input type="hidden" name="edit" value="1">\(hidden)
    <div class="ty-filters">\(groupings)\(days)\(comparison)<button class="btn btn-primary">Show</button></div>
    <details class="ty-details" data-keep="report-more"\(attribute: "open", when: isMoreSet)>\
    <summary>Time zone, currency, conversions</summary><div class="ty-filters">\(zone)\(basis)\(currency)</div></details>
    </form>
    """
  }

  private var presets: HTML {
    Parts.segments(
      "Days",
      Period.Preset.allCases.map { preset in
        let address = question.address { question in
          (question.preset, question.from, question.to) = (preset.rawValue, nil, nil)
        }
        return (preset.title, address, context.period.preset == preset)
      })
  }

  /// What the form leaves as it is.
  private var hidden: HTML {
    let shown: Set = ["group_by", "period", "from", "to", "tz", "time", "currency", "compare", "limit"]
    return question.items.filter { !shown.contains($0.name) }.map { item -> HTML in
      "<input type=\"hidden\" name=\"\(item.name)\" value=\"\(item.value)\">"
    }.joined()
  }

  /// Those chosen and one to add.
  private var groupings: HTML {
    let chosen: [Grouping?] = question.groupings
    let fields = chosen.count < ReportRequest.mostGroupings ? chosen + [nil] : chosen
    return fields.enumerated().map { index, grouping -> HTML in
      let label = index == 0 ? "Group by" : "Then by"
      let none: HTML = index == 0 ? .empty : "<option value=\"\">–</option>"
      return """
        <div><label class="form-label" for="group-\(index + 1)">\(label)</label>\
        <select class="form-select" id="group-\(index + 1)" name="group_by">\(none)\(Grouping.options(current: grouping))\
        </select></div>
        """
    }.joined()
  }

  private var days: HTML {
    """
    <div><label class="form-label" for="from">From</label>\
    <input class="form-control" type="date" id="from" name="from" value="\(context.period.from)"></div>
    <div><label class="form-label" for="to">To</label>\
    <input class="form-control" type="date" id="to" name="to" value="\(context.period.to)"></div>
    """
  }

  private var comparison: HTML {
    select(
      "compare", "vs Previous", ReportComparison.allCases.map { .init($0.rawValue, $0.label) },
      current: question.comparison ?? "", none: "No comparison")
  }

  private var basis: HTML {
    select(
      "time", "Conversions count", [.init("conversion", "On their own day")], current: question.basis ?? "",
      none: "On their click's day")
  }

  private var zone: HTML {
    let zones = ["UTC"] + TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") }.sorted()
    return select(
      "tz", "Time zone", zones.map { .init($0, $0) }, current: question.zone ?? context.settings.timeZone)
  }

  private var currency: HTML {
    let codes = ["USD", "EUR", "GBP", "AUD", "BRL", "CAD", "CHF", "INR", "JPY", "MXN", "PLN", "SEK", "TRY"]
    let own = context.settings.currency.code
    return select(
      "currency", "Currency", codes.filter { $0 != own }.map { .init($0, $0) }, current: question.currency ?? "",
      none: "\(own), yours")
  }

  private var isMoreSet: Bool { question.zone != nil || question.basis != nil || question.currency != nil }

  private func select(
    _ name: String, _ label: String, _ choices: [FormFields.Choice], current: String, none: String? = nil
  ) -> HTML {
    """
    <div><label class="form-label" for="\(name)">\(label)</label><select class="form-select" id="\(name)" \
    name="\(name)">\(FormFields.options(choices, current: current, none: none))</select></div>
    """
  }
}
