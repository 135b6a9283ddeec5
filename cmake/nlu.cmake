# Trains the language model from nlu/ and compiles it in. The trainer is built plain and optimised in every variant, so that the
# sanitizers' builds train as fast and get the same bytes; it keeps a model whose sources have not changed.
file(GLOB WISMO_NLU_TRAIN CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/nlu/train/*.c)
file(GLOB_RECURSE WISMO_NLU_CORPUS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/nlu/corpus/*.txt ${CMAKE_SOURCE_DIR}/nlu/lexicon/*.txt
     ${CMAKE_SOURCE_DIR}/nlu/test/*.tsv)
set(WISMO_NLU_MODEL ${CMAKE_BINARY_DIR}/nlu.model)
set(WISMO_NLU_SHARED base/arena.c base/buf.c base/clock.c base/ctx.c base/err.c base/num.c base/str.c talk/text_fold.c
    talk/nlu/features.c talk/nlu/intent.c talk/nlu/lexicon.c talk/nlu/tokens.c)
list(TRANSFORM WISMO_NLU_SHARED PREPEND ${CMAKE_SOURCE_DIR}/src/)
add_executable(nlu_train ${WISMO_NLU_TRAIN} ${WISMO_NLU_SHARED})
target_include_directories(nlu_train PRIVATE src nlu/train)
target_compile_definitions(nlu_train PRIVATE _GNU_SOURCE)
target_compile_options(nlu_train PRIVATE -O3 -ffp-contract=off)
if(WISMO_SANITIZE OR WISMO_FUZZ)
  target_compile_options(nlu_train PRIVATE -fno-sanitize=all)
  target_link_options(nlu_train PRIVATE -fno-sanitize=all)
endif()
target_link_libraries(nlu_train PRIVATE PkgConfig::DEPS Threads::Threads m)
add_custom_command(
  OUTPUT ${WISMO_NLU_MODEL}
  COMMAND nlu_train ${WISMO_NLU_MODEL} ${CMAKE_SOURCE_DIR}/nlu/corpus ${CMAKE_SOURCE_DIR}/nlu/lexicon
          ${CMAKE_SOURCE_DIR}/nlu/test
  DEPENDS nlu_train ${WISMO_NLU_CORPUS}
  COMMENT "training the language model" VERBATIM)
add_custom_target(nlu_model DEPENDS ${WISMO_NLU_MODEL})
