# Handlers of api/rest over a request and a response made by hand (unit/rest_support.c).
add_library(rest_support STATIC unit/rest_support.c)
target_link_libraries(rest_support PUBLIC api test_support)
ca_unit_test(rest_serial api)
ca_unit_test(rest_json rest_support test_faults)
