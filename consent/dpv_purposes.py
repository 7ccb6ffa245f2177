"""The names of all purposes of the Data Privacy Vocabulary 2.3, ``dpv:`` left out.

A purpose of the register carries one of them, so that a receipt can be read by machines that never
heard of this vault. The vocabulary is w3c/dpv's; a test compares this list with it.
"""

_NAMES = """
    AcademicResearch AccountManagement Advertising AgeVerification CombatClimateChange
    CommercialPurpose CommercialResearch CommunicationForCustomerCare CommunicationManagement
    CounterMoneyLaundering Counterterrorism CustomerCare CustomerClaimsManagement
    CustomerManagement CustomerOrderManagement CustomerRelationshipManagement
    CustomerSolvencyMonitoring DataAltruism DeliveryOfGoods DirectMarketing DisputeManagement
    EnforceAccessControl EnforceSecurity EstablishContractualAgreement FraudPreventionAndDetection
    FulfilmentOfContractualObligation FulfilmentOfObligation HumanResourceManagement
    IdentityAuthentication IdentityVerification ImproveExistingProductsAndServices
    ImproveHealthcare ImproveInternalCRMProcesses ImprovePublicServices ImproveTransportMobility
    IncreaseServiceRobustness InternalResourceOptimisation LegalCompliance MaintainFraudDatabase
    Marketing MemberPartnerManagement MisusePreventionAndDetection NonCommercialPurpose
    NonCommercialResearch OptimisationForConsumer OptimisationForController OptimiseUserInterface
    OrganisationComplianceManagement OrganisationGovernance OrganisationRiskManagement
    PaymentManagement Personalisation PersonalisedAdvertising PersonalisedBenefits
    PersonnelBehaviourMonitoring PersonnelHiring PersonnelManagement PersonnelMonitoring
    PersonnelOffboarding PersonnelOnboarding PersonnelPayment PersonnelPerformanceEvaluation
    PersonnelPerformanceManagement PersonnelPerformanceMonitoring PersonnelPerformancePrediction
    PersonnelPromotionManagement PersonnelTerminationManagement PersonnelWorkloadManagement
    PoliticalCampaign ProtectionOfIPR ProtectionOfNationalSecurity ProtectionOfPublicSecurity
    ProvideEventRecommendations ProvideOfficialStatistics ProvidePersonalisedRecommendations
    ProvideProductRecommendations PublicBenefit PublicPolicyMaking PublicRelations
    RecordManagement RecruitmentAdvertising RecruitmentApplicantBackgroundCheck
    RecruitmentApplicantCriminalBackgroundCheck RecruitmentApplicantInformationAuthentication
    RecruitmentApplicantSelection RecruitmentApplicationAnalysis RecruitmentApplicationManagement
    RecruitmentApplicationScreening RecruitmentInterviewAnalysis RecruitmentInterviewAssessment
    RecruitmentInterviewManagement RecruitmentInterviewScheduling RecruitmentManagement
    RecruitmentTargetedAdvertising RepairImpairments RequestedServiceProvision
    ResearchAndDevelopment RightsFulfilment ScientificResearch SearchFunctionalities
    SellDataToThirdParties SellInsightsFromData SellProducts SellProductsToDataSubject
    ServiceAccessDetermination ServiceManagement ServiceMonitoring ServiceOptimisation
    ServicePersonalisation ServiceProvision ServiceRegistration ServiceUsageAnalytics
    SocialMediaMarketing TargetedAdvertising TechnicalServiceProvision
    UserInterfacePersonalisation VendorManagement VendorPayment VendorRecordsManagement
    VendorSelectionAssessment Verification
"""

DPV_PURPOSES = frozenset(_NAMES.split())
