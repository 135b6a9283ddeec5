# Compiles everything below data/ into the program: tools/embed writes one C file with a table of names and bytes.
file(GLOB_RECURSE WISMO_DATA RELATIVE ${CMAKE_SOURCE_DIR}/data CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/data/*)
list(SORT WISMO_DATA)
set(WISMO_DATA_FILES ${WISMO_DATA})
list(TRANSFORM WISMO_DATA_FILES PREPEND ${CMAKE_SOURCE_DIR}/data/)
set(WISMO_DATA_C ${CMAKE_BINARY_DIR}/embedded_data.c)
add_custom_command(
  OUTPUT ${WISMO_DATA_C}
  COMMAND ${CMAKE_SOURCE_DIR}/tools/embed ${WISMO_DATA_C} ${CMAKE_SOURCE_DIR}/data ${WISMO_DATA}
  DEPENDS ${CMAKE_SOURCE_DIR}/tools/embed ${WISMO_DATA_FILES}
  COMMENT "embedding data/" VERBATIM)
