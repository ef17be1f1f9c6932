// Manual pages, written from the catalogue.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace facio::man {

struct PageName {
  std::string name;  ///< "facioctl-cron-create"
  int section = 1;
};

/// Every page there is.
std::vector<PageName> all_pages();
/// The text of a page; empty when there is no such page.
std::string page_text(const PageName& page);

}  // namespace facio::man
