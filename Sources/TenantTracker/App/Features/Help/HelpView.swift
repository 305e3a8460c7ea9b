import Web

/// All topics with a table of contents.
struct HelpView: Sendable {
  /// The paths that the reader may go to.
  let open: Set<String>

  var html: HTML {
    """
    <div class="ty-manual"><p class="ty-lead">What each page is for, its words, and how to begin. \
    The question mark beside a page's title leads to its section. Press <kbd>?</kbd> anywhere for the keyboard shortcuts.</p>
    <nav class="card" aria-label="Topics"><div class="card-body ty-manual-contents">\(HelpTopic.groups.map(contents))</div></nav>
    \(HelpTopic.groups.map(sections))</div>
    """
  }

  private func contents(_ group: HelpTopic.Group) -> HTML {
    let links = group.topics.map { "<li><a href=\"#\($0.id)\">\($0.title)</a></li>" as HTML }
    return "<div><p class=\"ty-group\">\(group.title)</p><ul class=\"ty-plain\">\(links)</ul></div>"
  }

  private func sections(_ group: HelpTopic.Group) -> HTML {
    "<h2 class=\"ty-heading\">\(group.title)</h2>\(group.topics.map(section))"
  }

  private func section(_ topic: HelpTopic) -> HTML {
    let words = topic.words.map { "<div><dt>\($0.term)</dt><dd>\($0.meaning)</dd></div>" as HTML }
    let steps = topic.steps.map { "<li>\($0)</li>" as HTML }
    let link: HTML =
      "<a class=\"btn btn-sm\" href=\"\(href: topic.path)\">Open<span class=\"visually-hidden\"> \(topic.title)</span></a>"
    return """
      <section class="card ty-manual-topic" id="\(topic.id)" aria-labelledby="\(topic.id)-title">\
      <div class="card-header"><h3 class="card-title" id="\(topic.id)-title">\(topic.title)</h3>\
      <div class="ty-actions">\(if: open.contains(topic.page), link)</div></div>\
      <div class="card-body"><p>\(topic.purpose)</p>\
      \(if: !words.isEmpty, "<dl class=\"ty-manual-words\">\(words)</dl>")\
      \(if: !steps.isEmpty, "<h4>How to begin</h4><ol>\(steps)</ol>")</div></section>
      """
  }
}

extension HelpTopic {
  /// The page of the menu that it belongs to: the tabs over reports are as open as reports.
  var page: String { MenuEntry.groups.contains { $0.entries.contains { $0.path == path } } ? path : ReportPages.path }
}
