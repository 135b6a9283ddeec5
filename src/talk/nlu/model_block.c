/* The block that the build trained, pulled into the program's read-only data. */
#include "talk/nlu/model.h"

__asm__(".section .rodata\n"
        ".balign 64\n"
        ".global wismo_nlu_model\n"
        "wismo_nlu_model:\n"
        ".incbin \"" WISMO_NLU_MODEL "\"\n"
        ".global wismo_nlu_model_end\n"
        "wismo_nlu_model_end:\n"
        ".byte 0\n"
        ".previous\n");

extern const char wismo_nlu_model[], wismo_nlu_model_end[];

struct str model_embedded(void)
{
    return (struct str){wismo_nlu_model, (size_t)(wismo_nlu_model_end - wismo_nlu_model)};
}
