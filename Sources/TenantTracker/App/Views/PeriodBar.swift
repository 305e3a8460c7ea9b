import Analytics
import Core
import Web

/// The choice of days and campaign above the figures. Everything it says is in the address.
struct PeriodBar: Sendable {
  let question: DashboardQuestion
  let campaigns: [NameStore.Name]

  var html: HTML {
    let presets = Period.Preset.allCases.map { preset -> HTML in
      let address = question.address.without("from", "to").with("period", preset.rawValue)
      return """
        <a class="btn" href="\(href: address.description)"\
        \(if: question.period.preset == preset, " aria-current=\"true\"")>\(preset.title)</a>
        """
    }
    let choices = campaigns.map { FormFields.Choice("\($0.id)", $0.name) }
    let current = question.campaign.map { "\($0)" } ?? ""
    let metric: HTML =
      question.metric.map { "<input type=\"hidden\" name=\"metric\" value=\"\($0.rawValue)\">" } ?? .empty
    return """
      <div class="ty-toolbar"><div class="btn-group ty-presets" role="group" aria-label="Days">\(presets)</div>
      <form class="ty-filters" method="get" action="\(href: DashboardPages.path)">
      <div><label class="form-label" for="from">From</label>\
      <input class="form-control" type="date" id="from" name="from" value="\(question.period.from)"></div>
      <div><label class="form-label" for="to">To</label>\
      <input class="form-control" type="date" id="to" name="to" value="\(question.period.to)"></div>
      <div><label class="form-label" for="campaign_id">Campaign</label>\
      <select class="form-select" id="campaign_id" name="campaign_id">\
      \(FormFields.options(choices, current: current, none: "All campaigns"))</select></div>
      \(metric)<button class="btn">Show</button></form></div>
      """
  }
}
