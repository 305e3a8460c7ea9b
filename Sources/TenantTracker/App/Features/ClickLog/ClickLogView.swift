import Core
import Web

/// A click's log as a list: what happened, when, and why.
struct ClickLogView: Sendable {
  let entries: [ClickLogEntry]
  let book: NameBook
  let times: LocalTimes

  var html: HTML {
    let items = entries.map { entry -> HTML in
      """
      <li><div><span class="ty-sub">\(times(entry.at))</span> \(words(entry))<code>\(entry.code)</code></div></li>
      """
    }
    return "<ol class=\"ty-steps\">\(items)</ol>"
  }

  private func words(_ entry: ClickLogEntry) -> HTML {
    let detail = entry.detail
    switch entry.kind {
    case .arrival: return "<span>\(arrival(entry))</span>"
    case .decision: return TraceWords.text(entry.code, book)
    case .step:
      return "<span>Reached step \(text(detail["step"])): \(text(detail["name"]))</span>"
    case .denial: return "<span>Lander protection kept the visitor out</span>"
    case .offer: return "<span>Went on to the offer \(book.offer(detail["offer_id"]?.intValue))</span>"
    case .postback:
      return "<span>Postback from \(text(detail["ip"])): \(text(detail["query"]))</span>"
    case .conversion:
      let from = detail["from"]?.stringValue.map { " from \($0)" } ?? ""
      return "<span>Conversion (\(text(detail["type"])))\(from) to \(text(detail["to"]))</span>"
    case .delivery:
      return """
        <span>Postback of \(text(detail["status"])) to <a href="/admin/deliveries/\(text(detail["delivery_id"]))">\
        \(text(detail["host"]))</a></span>
        """
    }
  }

  private func arrival(_ entry: ClickLogEntry) -> String {
    let country = entry.detail["country"]?.stringValue.map { " from \($0)" } ?? ""
    return switch entry.code {
    case "blocked": "A visitor\(country) came and was blocked"
    case "capped": "A visitor\(country) came once too often"
    default: "A visitor\(country) came"
    }
  }

  private func text(_ value: JSONValue?) -> String { FormFields.text(of: value) }
}
